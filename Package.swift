// swift-tools-version: 6.2

import PackageDescription

/// Every target is held to the same rules: language mode 6, warnings are errors, and async
/// functions run where their caller runs unless they say otherwise.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioLocks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// Static and without the Swift runtime, which would cost every start of a worker 4 ms. A sanitizer cannot be linked
/// statically: with JOBSUP_SANITIZED in the environment the launcher is an ordinary program.
let launcherLinking: [LinkerSetting] =
    Context.environment["JOBSUP_SANITIZED"] == nil ? [.unsafeFlags(["-nostartfiles", "-static-executable"])] : []

let package = Package(
    name: "jobsup",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "JobsupClient", targets: ["JobsupClient"]),
        .library(name: "JobsupWorker", targets: ["JobsupWorker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "JobModel", swiftSettings: strict),
        .target(
            name: "JobStore",
            dependencies: [
                "JobModel",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(name: "WorkerProtocol", dependencies: [nioCore], swiftSettings: strict),
        .target(
            name: "JobsupClient", dependencies: ["WorkerProtocol", nioCore, nioLocks, nioPosix],
            swiftSettings: strict),
        .target(
            name: "JobsupWorker", dependencies: ["WorkerProtocol", nioCore, nioPosix, nioLocks], swiftSettings: strict),
        .target(name: "Supervision", swiftSettings: strict),
        .target(name: "Scaling", dependencies: ["JobModel"], swiftSettings: strict),
        .target(name: "Simulation", dependencies: ["Scaling"], swiftSettings: strict),
        // The unsafe flags concern this executable alone; no library product may depend on it.
        .executableTarget(name: "jobsup-launch", dependencies: ["CLinux"], linkerSettings: launcherLinking),
        .target(name: "CFoundationGuard"),
        .target(
            name: "ProcessHost", dependencies: ["CFoundationGuard", "CLinux", logging], swiftSettings: strict),
        .target(
            name: "Engine",
            dependencies: [
                "CLinux", "JobModel", "JobStore", "WorkerProtocol", "ProcessHost", "Scaling", "Signals", "Supervision",
                nioCore, nioPosix, .product(name: "DequeModule", package: "swift-collections"),
            ], swiftSettings: strict),
        .target(name: "TaskJSON", dependencies: ["JobModel"], swiftSettings: strict),
        .target(
            name: "Server",
            dependencies: [
                "Engine", "JobModel", "JobStore", "Scaling", "Supervision", "TaskJSON", nioCore, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ], swiftSettings: strict),
        .target(
            name: "DaemonConfiguration",
            dependencies: ["JobModel", "Scaling", "Supervision", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        // How the daemon's log looks as text: it writes that, and the command reads it.
        .target(name: "TextLog", swiftSettings: strict),
        .target(name: "Systemd", dependencies: ["CSystemd", "JobModel", "TextLog", logging], swiftSettings: strict),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "CLinux", "CSQLite", "JobModel", "JobStore",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        // Redis is asked for the length of other people's queues by blocking calls on threads of their own, with
        // Debian's library: no event loop and no package more for one number every few seconds.
        .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
        .target(
            name: "Signals", dependencies: ["CHiredis", "CSQLite", "JobModel", "ProcessHost", "Scaling"],
            swiftSettings: strict),
        .executableTarget(
            name: "jobsupd",
            dependencies: [
                "DaemonConfiguration", "Engine", "JobModel", "JobStore", "ProcessHost", "SQLiteStore", "Scaling",
                "Server",
                "Supervision", "Systemd", "jobsup-launch", nioPosix, logging, lifecycle, signals, arguments,
            ], swiftSettings: strict),
        .executableTarget(
            name: "jobsup",
            dependencies: [
                "DaemonConfiguration", "JobModel", "JobsupClient", "Scaling", "Simulation", "TaskJSON", "TextLog",
                nioCore, nioPosix, arguments,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ], swiftSettings: strict),

        .testTarget(
            name: "CommandTests",
            dependencies: [
                "jobsup", "JobModel", "JobsupClient", "TaskJSON", nioCore, nioPosix, arguments,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: strict),
        .testTarget(
            name: "DaemonConfigurationTests",
            dependencies: ["DaemonConfiguration", "JobModel", "Scaling", "Supervision"], swiftSettings: strict),
        // One generator for all tests that draw at random.
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "JobModel", "JobStore", "Scaling", "SeededRandom", "Supervision"],
            swiftSettings: strict),
        .target(
            name: "StoreConformance", dependencies: ["JobModel", "JobStore", "SeededRandom"],
            path: "Tests/StoreConformance", swiftSettings: strict),
        .testTarget(name: "JobModelTests", dependencies: ["JobModel", "SeededRandom"], swiftSettings: strict),
        .testTarget(
            name: "JobStoreTests", dependencies: ["JobStore", "SeededRandom", "StoreConformance"], swiftSettings: strict
        ),
        .testTarget(
            name: "SQLiteStoreTests", dependencies: ["CSQLite", "SQLiteStore", "SeededRandom", "StoreConformance"],
            swiftSettings: strict),
        // A host of its own for tests that count descriptors, lower limits, or kill it.
        .executableTarget(
            name: "ProcessHostProbe", dependencies: ["ProcessHost", logging], path: "Tests/ProcessHostProbe",
            swiftSettings: strict),
        .testTarget(
            name: "ProcessTests",
            dependencies: ["ProcessHost", "ProcessHostProbe", "CLinux", "SeededRandom", "jobsup-launch", logging],
            swiftSettings: strict),
        .executableTarget(
            name: "SpawnBenchmark", dependencies: ["ProcessHost", "jobsup-launch", logging],
            path: "Tests/Benchmarks/SpawnBenchmark", swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Engine", "JobModel", "Scaling", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ], swiftSettings: strict),
        .testTarget(name: "TaskJSONTests", dependencies: ["JobModel", "TaskJSON"], swiftSettings: strict),
        .testTarget(name: "ScalingTests", dependencies: ["Scaling"], swiftSettings: strict),
        .testTarget(
            name: "SignalsTests", dependencies: ["ProcessHost", "Scaling", "Signals", "jobsup-launch", logging],
            swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["Scaling", "Simulation"], swiftSettings: strict),
        .testTarget(
            name: "SupervisionTests", dependencies: ["SeededRandom", "Supervision"], swiftSettings: strict),
        .executableTarget(
            name: "SystemdProbe", dependencies: ["JobModel", "Systemd", logging], path: "Tests/SystemdProbe",
            swiftSettings: strict),
        .testTarget(
            name: "SystemdTests", dependencies: ["JobModel", "Systemd", "TextLog", logging], swiftSettings: strict),
        .testTarget(name: "TextLogTests", dependencies: ["TextLog"], swiftSettings: strict),
        .target(
            name: "WireSupport", dependencies: ["SeededRandom", "WorkerProtocol", nioPosix], path: "Tests/WireSupport",
            swiftSettings: strict),
        .testTarget(
            name: "WorkerProtocolTests", dependencies: ["WorkerProtocol", "WireSupport"], swiftSettings: strict),
        .executableTarget(
            name: "CodecBenchmark", dependencies: ["WorkerProtocol", nioCore],
            path: "Tests/Benchmarks/CodecBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "ClientBenchmark", dependencies: ["JobsupClient", "WireSupport", "WorkerProtocol", nioCore],
            path: "Tests/Benchmarks/ClientBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "WorkerBenchmark", dependencies: ["JobsupWorker", "WireSupport", "WorkerProtocol", nioCore],
            path: "Tests/Benchmarks/WorkerBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "SwiftWorkerFixture", dependencies: ["JobsupClient", "JobsupWorker"],
            path: "Tests/Fixtures/SwiftWorkerFixture", swiftSettings: strict),
        .testTarget(
            name: "JobsupClientTests", dependencies: ["JobsupClient", "WireSupport"], swiftSettings: strict),
        .executableTarget(
            name: "MailShop", dependencies: ["JobsupClient"], path: "Tests/Examples/MailShop", swiftSettings: strict),
        .executableTarget(
            name: "MailWorker", dependencies: ["JobsupWorker"], path: "Tests/Examples/MailWorker",
            swiftSettings: strict),
        .testTarget(
            name: "ExampleTests", dependencies: ["JobsupWorker", "MailShop", "MailWorker"], swiftSettings: strict),
        .testTarget(
            name: "JobsupWorkerTests", dependencies: ["JobsupWorker", "SwiftWorkerFixture", "WireSupport"],
            swiftSettings: strict),
        .target(
            name: "BareLoop", dependencies: ["CSQLite"], path: "Tests/Benchmarks/BareLoop", swiftSettings: strict),
        .executableTarget(
            name: "LoadGenerator", dependencies: ["BareLoop", "JobsupClient"],
            path: "Tests/Benchmarks/LoadGenerator", swiftSettings: strict),
        .executableTarget(
            name: "ScalingBenchmark", dependencies: ["Scaling", "Simulation"],
            path: "Tests/Benchmarks/ScalingBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "StoreBenchmark", dependencies: ["BareLoop", "JobModel", "JobStore", "SQLiteStore"],
            path: "Tests/Benchmarks/StoreBenchmark", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
