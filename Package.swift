// swift-tools-version: 6.2

import PackageDescription

/// Every target is held to the same rules: language mode 6, warnings are errors, and async
/// functions run where their caller runs unless they say otherwise.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "jobsup",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2")
    ],
    targets: [
        .target(name: "JobModel", swiftSettings: strict),
        .target(name: "JobStore", dependencies: ["JobModel"], swiftSettings: strict),
        .target(
            name: "WorkerProtocol", dependencies: [.product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerProtocolTests",
            dependencies: ["WorkerProtocol", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
