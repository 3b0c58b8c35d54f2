import Engine
import Glibc
import JobModel
import SQLiteStore
import Scaling
import Supervision
import Systemd

/// All that the daemon needs to know, checked and complete.
struct DaemonSettings: Sendable {
    var stateDirectory: String
    var runtimeDirectory: String
    var logLevel: String
    var log: LogOutput?
    /// The group that may use the API and client sockets; `nil` for the daemon's own.
    var socketGroup: UInt32?
    /// The most that a stop waits for running jobs; `nil` for their own time limits.
    var drainTimeout: Duration?
    var store: SQLiteOptions
    var resultTimeToLive: Duration
    var history: Duration
    var limits: EngineLimits
    var pools: [PoolSettings]
    var scaling: MachineScaling
    var intake: Intake
    var warnings: [String]

    var apiSocket: SocketFile { socket("api.sock") }

    var engine: EngineSettings {
        // A worker that runs as another user must be able to connect; its token says who it is.
        let isShared = pools.contains { $0.user != nil }
        let workers = SocketFile(path: runtimeDirectory + "/worker.sock", mode: isShared ? 0o666 : 0o600)
        return EngineSettings(
            pools: pools, scaling: scaling, intake: intake, limits: limits, workerSocket: workers,
            clientSocket: socket("client.sock"), clientLimit: clientLimit)
    }

    /// A quarter of the descriptors: the rest is for workers (some for each), the API and the store.
    private var clientLimit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return max(16, Int(clamping: limit.rlim_cur / 4))
    }

    private func socket(_ name: String) -> SocketFile {
        SocketFile(path: runtimeDirectory + "/" + name, mode: 0o660, group: socketGroup)
    }
}
