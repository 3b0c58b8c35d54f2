/// Whether a new generation of workers has proved itself. No clock, no I/O: what happened is handed in.
///
/// The first new worker works beside the old ones until its first jobs were good, or for a while when there are too
/// few; the others follow as soon as they are ready. A generation that dies, or fails more than the old one did, goes
/// back.
package struct RolloutRule: Sendable {
    package enum Decision: Hashable, Sendable {
        case wait
        case promote
        case goBack(why: String)
    }

    /// What the attempts of a generation came to.
    package struct Outcomes: Hashable, Sendable {
        package var completed: Int
        package var failed: Int

        package init(completed: Int = 0, failed: Int = 0) {
            self.completed = completed
            self.failed = failed
        }

        var total: Int { completed + failed }
    }

    /// So many good jobs prove the first worker.
    package static let provingJobs = 3
    /// One death may be bad luck.
    package static let deathLimit = 2
    /// Fewer failures than this say nothing.
    package static let failureLimit = 3

    /// How long the first worker is watched when it gets few jobs.
    private let patience: Duration
    private let old: Outcomes
    private var deaths = 0
    private var promoted = 0

    package init(old: Outcomes, patience: Duration) {
        self.old = old
        self.patience = patience
    }

    /// A worker of the new generation died, or was not ready in time; `words` say how.
    package mutating func died(_ words: String) -> Decision {
        deaths += 1
        return deaths >= Self.deathLimit ? .goBack(why: "\(deaths) of its workers died, the last \(words)") : .wait
    }

    /// What to do with a new worker that has been ready for `ready`.
    package func judge(_ new: Outcomes, readyFor ready: Duration) -> Decision {
        if new.failed >= Self.failureLimit, rate(new) > 2 * rate(known), rate(new) > rate(known) + 0.1 {
            let before =
                old.total == 0
                ? "the generation before had none" : "of the generation before, \(old.failed) of \(old.total)"
            return .goBack(why: "\(new.failed) of its \(new.total) attempts failed; \(before)")
        }
        if promoted > 0 { return .promote }
        return new.completed >= Self.provingJobs || ready >= patience ? .promote : .wait
    }

    /// When the one that is watched has to be looked at again, after it was ready.
    package var nextLook: Duration? { promoted > 0 ? nil : patience }

    package mutating func promote() {
        promoted += 1
    }

    /// A generation that had no job yet, soon after the daemon's start say, is taken for one that did one well; or a
    /// new one that fails at everything could never be found to be worse.
    private var known: Outcomes { old.total == 0 ? Outcomes(completed: 1) : old }

    /// Failures among attempts, with one of each added: few attempts say little (Laplace's rule of succession).
    private func rate(_ outcomes: Outcomes) -> Double {
        Double(outcomes.failed + 1) / Double(outcomes.total + 2)
    }
}
