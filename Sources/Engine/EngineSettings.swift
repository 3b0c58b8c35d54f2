import Scaling
import Supervision

/// What the engine is told at its start.
package struct EngineSettings: Sendable {
    package var pools: [PoolSettings]
    package var scaling: MachineScaling
    package var intake: Intake
    package var limits: EngineLimits
    /// The socket that workers connect to.
    package var workerSocket: SocketFile
    /// The socket that clients enqueue over by frames.
    package var clientSocket: SocketFile
    /// How many clients may be connected at once.
    package var clientLimit: Int

    package init(
        pools: [PoolSettings], scaling: MachineScaling, intake: Intake, limits: EngineLimits, workerSocket: SocketFile,
        clientSocket: SocketFile,
        clientLimit: Int
    ) {
        self.pools = pools
        self.scaling = scaling
        self.intake = intake
        self.limits = limits
        self.workerSocket = workerSocket
        self.clientSocket = clientSocket
        self.clientLimit = clientLimit
    }
}
