/// What a person has set for a pool. It is kept on disk, so its end is on the wall clock.
package struct ManualScale: Sendable, Hashable, Codable {
    /// A number holds the pool there; a range leaves it to the policy within other limits.
    package enum Setting: Sendable, Hashable, Codable {
        case count(Int)
        /// `nil` leaves the pool's own limit.
        case range(minimum: Int?, maximum: Int?)
    }

    /// The user's name, as the daemon knows it.
    package var who: String
    package var setting: Setting
    /// Seconds since 1970; `nil` until somebody says `auto`.
    package var until: Double?

    package init(who: String, setting: Setting, until: Double? = nil) {
        self.who = who
        self.setting = setting
        self.until = until
    }

    /// Whether its time has passed; `now` is in seconds since 1970.
    package func isOver(at now: Double) -> Bool {
        until.map { now >= $0 } ?? false
    }

    /// The pool's range, as far as a person has not set it otherwise. The person wins over the configuration; of two
    /// limits that cross, the one that was given wins.
    package func range(within configured: ClosedRange<Int>) -> ClosedRange<Int> {
        guard case .range(let minimum, let maximum) = setting else { return configured }
        let lower = max(0, minimum ?? min(configured.lowerBound, maximum ?? configured.lowerBound))
        return lower...max(lower, maximum ?? configured.upperBound)
    }

    /// What is set, for people.
    package var words: String {
        switch setting {
        case .count(let count): "\(count) set by hand"
        case .range(let minimum?, let maximum?): "\(minimum) to \(maximum) set by hand"
        case .range(let minimum?, nil): "at least \(minimum) set by hand"
        case .range(nil, let maximum?): "at most \(maximum) set by hand"
        case .range(nil, nil): "left to its policy"
        }
    }

    /// The decision instead of the policy's, if a number is set. The policy should see the observation all the same: its
    /// history must not have a gap when it takes over again.
    package func decision(_ observation: ScalingObservation) -> ScalingDecision? {
        guard case .count(let count) = setting else { return nil }
        return ScalingDecision(
            current: observation.wanted, wanted: max(0, count), rule: .manual, figures: [ScalingFigure(.limit, count)])
    }
}
