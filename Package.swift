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
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0")
    ],
    targets: [
        .target(name: "JobModel", swiftSettings: strict),
        .target(
            name: "JobStore",
            dependencies: [
                "JobModel",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "CSQLite", "JobModel", "JobStore",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "StoreConformance", dependencies: ["JobModel", "JobStore"], path: "Tests/StoreConformance",
            swiftSettings: strict),
        .testTarget(name: "JobStoreTests", dependencies: ["JobStore", "StoreConformance"], swiftSettings: strict),
        .testTarget(
            name: "SQLiteStoreTests", dependencies: ["CSQLite", "SQLiteStore", "StoreConformance"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
