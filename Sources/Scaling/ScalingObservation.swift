import JobModel

/// What a policy may know about its pool at one moment. The daemon measures it, the simulator pretends to; neither
/// can look ahead.
package struct ScalingObservation: Sendable, Hashable {
    /// Of a clock that never goes back. Observations come in its order.
    package var time: Duration
    package var workers: Workers
    /// Jobs that one worker runs at the same time.
    package var slotsPerWorker: Int
    /// Jobs that run now, in all workers.
    package var running: Int
    /// The number that was decided last.
    package var wanted: Int
    /// The least and the most workers that the pool may have.
    package var range: ClosedRange<Int>
    /// `nil` when it is not known now.
    package var queue: Queue?
    package var totals: Totals
    package var machine: Machine
    /// p95 of the resident memory of the pool's workers, with their descendants.
    package var workerBytes: Int?
    /// From a worker's start until it takes jobs, as measured lately.
    package var bootTime: Duration

    package init(
        time: Duration, workers: Workers, slotsPerWorker: Int = 1, running: Int, wanted: Int, range: ClosedRange<Int>,
        queue: Queue?, totals: Totals, machine: Machine = Machine(), workerBytes: Int? = nil,
        bootTime: Duration = .seconds(5)
    ) {
        self.time = time
        self.workers = workers
        self.slotsPerWorker = slotsPerWorker
        self.running = running
        self.wanted = wanted
        self.range = range
        self.queue = queue
        self.totals = totals
        self.machine = machine
        self.workerBytes = workerBytes
        self.bootTime = bootTime
    }

    package struct Workers: Sendable, Hashable {
        package var starting: Int
        /// Ready, with no job at all; those of a service as well, since nobody knows which of them are busy.
        package var idle: Int
        /// With one job at least.
        package var busy: Int
        /// On their way out; they are no capacity.
        package var leaving: Int

        package init(starting: Int = 0, idle: Int = 0, busy: Int = 0, leaving: Int = 0) {
            self.starting = starting
            self.idle = idle
            self.busy = busy
            self.leaving = leaving
        }

        package var ready: Int { idle + busy }
        /// All that are, or soon will be, capacity.
        package var live: Int { starting + idle + busy }
    }

    package struct Queue: Sendable, Hashable {
        /// Jobs that could run now, were there workers; without those that wait for their time or for a limit.
        package var depth: Int
        /// How long the oldest of them has been able to run; zero when somebody else's queue does not tell.
        package var oldestAge: Duration

        package init(depth: Int, oldestAge: Duration) {
            self.depth = depth
            self.oldestAge = oldestAge
        }
    }

    /// Since any fixed moment. A total that is lower than before is a new beginning (the daemon's restart).
    package struct Totals: Sendable, Hashable {
        /// Jobs that became able to run.
        package var arrivals: Int
        /// Attempts that ended, well or not.
        package var completions: Int
        /// Time that slots were taken, by ended attempts and by those in progress.
        package var busySeconds: Double

        package init(arrivals: Int = 0, completions: Int = 0, busySeconds: Double = 0) {
            self.arrivals = arrivals
            self.completions = completions
            self.busySeconds = busySeconds
        }
    }

    package struct Machine: Sendable, Hashable {
        /// Part of all processors in use, 0 to 1.
        package var cpu: Double?
        /// Part of the memory in use, 0 to 1.
        package var memory: Double?
        package var availableBytes: Int?
        package var pressure: Pressure?

        package init(
            cpu: Double? = nil, memory: Double? = nil, availableBytes: Int? = nil, pressure: Pressure? = nil
        ) {
            self.cpu = cpu
            self.memory = memory
            self.availableBytes = availableBytes
            self.pressure = pressure
        }
    }

    /// `some avg10` of /proc/pressure: percent of the last 10 s in which something waited for it, 0 to 100.
    package struct Pressure: Sendable, Hashable {
        package var cpu: Double?
        package var memory: Double?
        package var io: Double?

        package init(cpu: Double? = nil, memory: Double? = nil, io: Double? = nil) {
            self.cpu = cpu
            self.memory = memory
            self.io = io
        }
    }
}
