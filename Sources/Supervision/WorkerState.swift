/// Where a worker process stands.
package enum WorkerState: String, CaseIterable, Sendable {
    /// Spawned; has not said READY.
    case starting
    /// May be given jobs; has none.
    case ready
    case busy
    /// Finishes what it runs and gets nothing new.
    case draining
    /// Was sent SIGTERM or SIGKILL.
    case stopping
    case exited

    /// Whether it counts as capacity of its pool.
    package var isCapacity: Bool { self == .ready || self == .busy }
}

/// What can happen to a worker process.
package enum WorkerEvent: CaseIterable, Sendable {
    /// READY came.
    case boot
    /// It was given a job and had none.
    case take
    /// It settled its last job.
    case idle
    /// It was asked to leave, or said that it leaves.
    case drain
    /// A signal was sent to end it.
    case stop
    /// The kernel says that it ended.
    case exit
}

extension WorkerState {
    /// The state after `event`, or `nil` when the event changes nothing.
    package func next(after event: WorkerEvent) -> WorkerState? {
        Self.transitions[self]?[event]
    }

    package static let transitions: [WorkerState: [WorkerEvent: WorkerState]] = [
        .starting: [.boot: .ready, .drain: .draining, .stop: .stopping, .exit: .exited],
        .ready: [.take: .busy, .drain: .draining, .stop: .stopping, .exit: .exited],
        .busy: [.idle: .ready, .drain: .draining, .stop: .stopping, .exit: .exited],
        .draining: [.stop: .stopping, .exit: .exited],
        .stopping: [.exit: .exited],
        .exited: [:],
    ]
}
