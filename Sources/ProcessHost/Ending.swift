/// What is left to do between the exit of a process and the end of its tree.
///
/// The exit is told at once, unless captured output is still coming from a descendant. Descendants that were left behind get a
/// moment to finish by themselves after an exit by the process's own will; after a death by signal, or when the tree is to be
/// killed, they get none: a job that is run again must not run beside its own remains.
struct Ending<Instant: Comparable> {
    enum Action: Hashable {
        case reportExit
        case killLeftovers
        /// Nothing of the tree is left: the process may be reaped and forgotten.
        case release
    }

    private let deadline: Instant?
    private var isReported = false

    /// `deadline` is when the moment ends; `nil` when there is none.
    init(deadline: Instant?) {
        self.deadline = deadline
    }

    /// When to look again, if nothing else happens before.
    func nextLook(after now: Instant) -> Instant? {
        guard let deadline, now < deadline else { return nil }
        return deadline
    }

    mutating func advance(outputIsComplete: Bool, hasLeftovers: Bool, isDoomed: Bool, now: Instant) -> [Action] {
        let isLate = deadline.map { now >= $0 } ?? true
        var actions: [Action] = []
        if !isReported, outputIsComplete || !hasLeftovers || isDoomed || isLate {
            isReported = true
            actions.append(.reportExit)
        }
        if !hasLeftovers {
            actions.append(.release)
        } else if isDoomed || isLate {
            actions.append(.killLeftovers)
        }
        return actions
    }
}
