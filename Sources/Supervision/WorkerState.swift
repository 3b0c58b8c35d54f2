/// Where a worker process stands. Up and ready (``isCapacity``) are two things: a program that runs may not be of use yet, or
/// no more.
package enum WorkerState: String, CaseIterable, Sendable {
    /// Asked for; its program does not run yet.
    case spawning
    /// Runs, and is not ready.
    case starting
    /// Can be given jobs; has none.
    case ready
    case busy
    /// Finishes what it runs and gets nothing new.
    case draining
    /// Was sent SIGTERM.
    case stopping
    /// Was sent SIGKILL, with its whole tree.
    case killing
    /// Did not end though it was killed: the kernel holds it, mostly in a device that does not answer.
    case unkillable
    case exited

    /// Whether it counts as capacity of its pool.
    package var isCapacity: Bool { self == .ready || self == .busy }
    /// On its way out: it gets no job any more.
    package var isLeaving: Bool {
        switch self {
        case .spawning, .starting, .ready, .busy: false
        case .draining, .stopping, .killing, .unkillable, .exited: true
        }
    }
}

/// What can happen to a worker process.
package enum WorkerEvent: CaseIterable, Sendable {
    /// The kernel executed its program.
    case spawn
    /// It said that it is ready, or has run for as long as that takes.
    case boot
    /// It was given a job and had none.
    case take
    /// It settled its last job.
    case idle
    /// It is to leave, or said that it leaves.
    case drain
    /// It is to end now.
    case stop
    /// It is to end without being asked.
    case kill
    /// The time that its state allows is over.
    case expire
    /// The kernel says that it ended.
    case exit
}

/// What is to be done when a worker changes its state.
package enum WorkerAction: CaseIterable, Sendable {
    /// It counts from now on.
    case welcome
    /// Tell it to take nothing new, to finish what it runs, and to leave.
    case askToLeave
    /// SIGTERM, and SIGCONT for one that is stopped.
    case terminate
    /// SIGKILL for the process and everything that descends from it.
    case killTree
    /// Tell the operator, and go on without it.
    case abandon
    /// Settle what it had in hand, say how it ended, fill its place.
    case bury
}
