import JobModel
import Scaling
import Supervision

/// The effective configuration, checked.
package struct Configuration: Sendable {
    package enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error
    }

    package enum Synchronous: String, CaseIterable, Sendable {
        /// What is acknowledged survives the loss of power.
        case full
        /// What is acknowledged survives the end of the daemon; the last commits may be lost with the power.
        case normal
    }

    package enum PoolKind: String, CaseIterable, Sendable {
        case socket, exec, service
    }

    package struct Store: Sendable {
        package var synchronous: Synchronous
        package var resultTimeToLive: Duration
        package var history: Duration
    }

    package struct Limits: Sendable {
        package var payloadBytes: Int
        package var resultBytes: Int
    }

    package struct Log: Sendable {
        /// `nil`: the journal, or standard error.
        package var file: String?
        package var maxBytes: Int
        /// How many old files are kept.
        package var keep: Int
    }

    package struct Pool: Sendable {
        package var name: String
        package var kind: PoolKind
        package var command: [String]
        package var queues: [String]
        package var processes: Int
        package var bounds: ClosedRange<Int>
        package var poolClass: PoolClass
        /// `nil` when the number stays what it is set to.
        package var scaling: PoolScaling?
        package var concurrency: Int
        /// Files laid under `environment` are in it.
        package var environment: [String: String]
        /// Variables whose values are systemd credentials, by the credential's name.
        package var credentials: [String: String]
        package var directory: String?
        package var user: String?
        package var group: String?
        package var bootTimeout: Duration
        package var stopGrace: Duration
        package var readiness: PoolSettings.Readiness
        package var watchdog: Duration?
        package var rolloutPatience: Duration
        package var recycle: RecyclePolicy
        package var restart: RestartPolicy
        package var limits: WorkerLimits
    }

    package var stateDirectory: String
    package var runtimeDirectory: String
    package var socketGroup: String?
    package var logLevel: LogLevel
    package var log: Log
    package var drainTimeout: Duration?
    package var store: Store
    package var limits: Limits
    /// How pools are scaled that are, and what all pools together may have.
    package var scaling: MachineScaling
    /// In the order of their names.
    package var pools: [Pool]
    package var defaults: JobPolicy
    package var types: [String: JobPolicy]
    package var warnings: [ConfigurationProblem]
    /// Every setting with where its value comes from.
    package var settings: [ConfigurationSetting]

    /// Every queue that jobs may go to.
    package var queues: Set<String> {
        Set(pools.flatMap(\.queues)).union(types.values.map(\.queue)).union([defaults.queue])
    }
}
