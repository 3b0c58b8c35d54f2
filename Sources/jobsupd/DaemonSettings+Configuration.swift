import DaemonConfiguration
import Engine
import Foundation
import Glibc
import JobModel
import SQLiteStore
import Supervision

extension DaemonSettings {
    /// A group that is named in the configuration and does not exist.
    struct UnknownGroup: Error, CustomStringConvertible {
        let name: String
        var description: String { "socket_group: there is no group '\(name)' on this machine; create it with groupadd" }
    }

    /// A credential that the service manager has not handed over.
    struct MissingCredential: Error, CustomStringConvertible {
        let pool: String
        let name: String
        var description: String {
            "pools.\(pool).credentials: there is no credential '\(name)'; give it to the unit with LoadCredential=\(name):PATH"
        }
    }

    /// Makes settings of the configuration. `environment` is the daemon's own, of which workers get a part.
    init(_ configuration: Configuration, environment: [String: String]) throws {
        let inherited = WorkerEnvironment.inherited(from: environment)
        self.init(
            stateDirectory: configuration.stateDirectory, runtimeDirectory: configuration.runtimeDirectory,
            logLevel: configuration.logLevel.rawValue, log: configuration.log.output,
            socketGroup: try configuration.socketGroup.map(Self.groupID(named:)),
            drainTimeout: configuration.drainTimeout,
            store: SQLiteOptions(
                path: configuration.stateDirectory + "/jobs.db",
                synchronous: configuration.store.synchronous == .full ? .full : .normal),
            resultTimeToLive: configuration.store.resultTimeToLive, history: configuration.store.history,
            limits: EngineLimits(
                payloadBytes: configuration.limits.payloadBytes, resultBytes: configuration.limits.resultBytes),
            pools: try configuration.pools.map { pool in
                let credentials = try Self.credentials(of: pool, in: environment["CREDENTIALS_DIRECTORY"])
                return PoolSettings(pool, inherited: inherited.merging(credentials) { _, credential in credential })
            },
            scaling: configuration.scaling,
            intake: Intake(
                policies: configuration.types, standard: configuration.defaults, queues: configuration.queues,
                payloadLimitBytes: configuration.limits.payloadBytes),
            warnings: configuration.warnings.map(\.description))
    }

    private static func credentials(
        of pool: Configuration.Pool, in directory: String?
    ) throws(MissingCredential) -> [String: String] {
        var values: [String: String] = [:]
        for (variable, name) in pool.credentials {
            guard !name.contains("/"), let directory,
                let data = FileManager.default.contents(atPath: "\(directory)/\(name)")
            else { throw MissingCredential(pool: pool.name, name: name) }
            var text = String(decoding: data, as: UTF8.self)
            if text.hasSuffix("\n") { text.removeLast() }
            values[variable] = text
        }
        return values
    }

    private static func groupID(named name: String) throws(UnknownGroup) -> UInt32 {
        if let number = UInt32(name) { return number }
        guard let group = getgrnam(name) else { throw UnknownGroup(name: name) }
        return group.pointee.gr_gid
    }
}

extension PoolSettings {
    init(_ pool: Configuration.Pool, inherited: [String: String]) {
        // Another user's home is none of its business; the process host fills in its own.
        let inherited = pool.user == nil ? inherited : inherited.filter { !WorkerEnvironment.ofUser.contains($0.key) }
        self.init(
            name: pool.name, kind: Kind(pool.kind), command: pool.command, queues: pool.queues,
            processes: pool.processes, bounds: pool.bounds)
        concurrency = pool.concurrency
        environment = inherited.merging(pool.environment) { _, own in own }
        directory = pool.directory
        user = pool.user
        group = pool.group
        bootTimeout = pool.bootTimeout
        stopGrace = pool.stopGrace
        readiness = pool.readiness
        watchdog = pool.watchdog
        rolloutPatience = pool.rolloutPatience
        recycle = pool.recycle
        restart = pool.restart
        limits = pool.limits
    }
}

extension PoolSettings.Kind {
    fileprivate init(_ kind: Configuration.PoolKind) {
        switch kind {
        case .socket: self = .socket
        case .exec: self = .exec
        case .service: self = .service
        }
    }
}

/// What workers get of the daemon's environment.
enum WorkerEnvironment {
    /// What belongs to the service manager and its service alone: a worker that had it could speak for the daemon.
    private static let withheld: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "FDSTORE",
        "INVOCATION_ID", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY", "MAINPID", "MANAGERPID", "SYSTEMD_EXEC_PID",
        "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "STATE_DIRECTORY", "RUNTIME_DIRECTORY",
        "CONFIGURATION_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY",
    ]

    /// What belongs to the user that the daemon runs as.
    static let ofUser: Set<String> = ["HOME", "USER", "LOGNAME", "SHELL", "MAIL", "XDG_RUNTIME_DIR"]

    static func inherited(from environment: [String: String]) -> [String: String] {
        environment.filter { !withheld.contains($0.key) && !$0.key.hasPrefix("JOBSUP_") }
    }
}
