import JobModel
import Supervision

/// The workers of one pool, as the dispatcher sees them. Lives on the engine's event loop.
protocol WorkerPool: AnyObject {
    var settings: PoolSettings { get }
    /// How many jobs it could take now.
    var demand: Int { get }
    /// Whether nothing of it runs any more.
    var isEmpty: Bool { get }

    /// Brings the pool to life.
    func start()
    /// Hands it at most ``demand`` jobs.
    func take(_ jobs: [ClaimedJob])
    /// Sets the wanted number of processes, within the pool's bounds.
    func scale(to wanted: Int)
    /// Takes nothing new and lets what runs come to its end.
    func drain()
    /// Ends what runs soon: SIGTERM, grace, SIGKILL.
    func hurry()
    /// Brings a running job to its end; says whether it runs here.
    func cancel(_ lease: Lease) -> Bool
    func status() -> PoolStatus
}
