import JobModel
import Supervision

/// The workers of one pool, as the dispatcher sees them. Lives on the engine's event loop.
protocol WorkerPool: AnyObject {
    /// What holds now.
    var settings: PoolSettings { get }
    /// What the configuration said last; differs after a rollout by hand, or one that was taken back.
    var configured: PoolSettings { get set }
    /// The configuration's settings, when they were brought in and taken back.
    var takenBack: PoolSettings? { get }
    /// How many jobs it could take now.
    var demand: Int { get }
    /// How many processes it is to have.
    var wanted: Int { get }
    /// Takes nothing new any more.
    var isDraining: Bool { get }
    /// Whether somebody else than the configuration says how many.
    var isScaled: Bool { get set }
    /// How many of its jobs are put off for want of memory.
    var putOffRule: PutOffRule { get set }
    /// Whether nothing of it runs any more.
    var isEmpty: Bool { get }
    /// Not in the configuration any more: to be forgotten when it is empty.
    var isRemoved: Bool { get }

    /// Brings the pool to life, with so many processes.
    func start(with wanted: Int)
    /// Hands it at most ``demand`` jobs.
    func take(_ jobs: [ClaimedJob])
    /// Sets the wanted number of processes, within the pool's bounds.
    func scale(to wanted: Int)
    /// Takes over settings that its workers can go on under.
    func change(to settings: PoolSettings)
    /// Brings in workers with other settings, or anew with the same.
    func rollOut(_ settings: PoolSettings)
    /// Ends a hold or a pause: starts what is missing at once.
    func resume()
    /// Takes nothing new and lets what runs come to its end.
    func drain()
    /// Drains for good.
    func remove()
    /// The last of it is gone.
    func close()
    /// Ends what runs soon: SIGTERM, grace, SIGKILL.
    func hurry()
    /// Brings a running job to its end; says whether it runs here.
    func cancel(_ lease: Lease) -> Bool
    /// Whether it has processes with a limit to their memory.
    var wantsMeasuring: Bool { get }
    /// Whether one of them is beyond half of it.
    var isNearMemoryLimit: Bool { get }
    /// Memory in bytes, by the process host's number of each process.
    func measured(_ bytes: [UInt64: Int])
    /// What runs, by type, with what its worker has of memory; 0 when that is not known yet.
    func runningMemory() -> [(type: String, usedBytes: Int)]
    func status() -> PoolStatus
    func reading() -> PoolReading
}
