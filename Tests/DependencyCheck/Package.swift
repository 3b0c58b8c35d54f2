// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "mail",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "…/jobsup.git", branch: "main")
    ],
    targets: [
        .executableTarget(name: "MailWorker", dependencies: [.product(name: "JobsupWorker", package: "jobsup")]),
        .executableTarget(name: "MailShop", dependencies: [.product(name: "JobsupClient", package: "jobsup")]),
    ]
)
