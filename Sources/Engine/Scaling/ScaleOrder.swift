import JobModel
import Scaling

/// What a person asks for a pool's size.
package struct ScaleOrder: Sendable, Hashable {
    /// `nil` when only the limits are to change.
    package var request: ScaleRequest?
    package var minimum: Int?
    package var maximum: Int?
    /// How long it holds; `nil` until somebody says `auto`.
    package var duration: Duration?
    package var who: String
    /// Only tells what would happen.
    package var isDryRun: Bool

    package init(
        _ request: ScaleRequest?, minimum: Int? = nil, maximum: Int? = nil, duration: Duration? = nil, who: String,
        isDryRun: Bool = false
    ) {
        self.request = request
        self.minimum = minimum
        self.maximum = maximum
        self.duration = duration
        self.who = who
        self.isDryRun = isDryRun
    }

    /// What is to be kept for the pool; `nil` when it is left to its policy or its configuration again.
    func manual(current: Int, bounds: ClosedRange<Int>, pool: String, now: Timestamp) throws(Refusal) -> ManualScale? {
        let until = duration.map { (now + $0).secondsSince1970 }
        switch request {
        case .automatic?: return nil
        case .to?, .by?:
            let wanted = request?.count(from: current) ?? current
            try Self.check(wanted, bounds, pool)
            return ManualScale(who: who, setting: .count(wanted), until: until)
        case nil:
            for limit in [minimum, maximum].compactMap(\.self) { try Self.check(limit, bounds, pool) }
            if let minimum, let maximum, minimum > maximum {
                throw Refusal(
                    code: "out_of_bounds", message: "the least number, \(minimum), is above the greatest, \(maximum)",
                    hint: "swap them")
            }
            return ManualScale(who: who, setting: .range(minimum: minimum, maximum: maximum), until: until)
        }
    }

    private static func check(_ wanted: Int, _ bounds: ClosedRange<Int>, _ pool: String) throws(Refusal) {
        guard !bounds.contains(wanted) else { return }
        throw Refusal(
            code: "out_of_bounds",
            message: "pool '\(pool)' cannot have \(wanted) processes: its bounds are "
                + "\(bounds.lowerBound) to \(bounds.upperBound)",
            hint: "choose a number within the bounds, or change pools.\(pool).processes in the configuration")
    }
}

/// What became of it, or would.
package struct ScaleOutcome: Sendable {
    package var pool: PoolStatus
    package var from: Int
    package var to: Int
    package var reason: String
}
