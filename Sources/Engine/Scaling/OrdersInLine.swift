import Scaling

/// What people have ordered for pools and is not on disk yet.
///
/// An order takes effect once it is on disk; until then the next one counts from it, so that of several `+1` at the same
/// moment each adds one.
struct OrdersInLine {
    private struct Line {
        var orders = 0
        /// What the last of them sets; `nil` when that is no number.
        var count: Int?
    }

    private var lines: [String: Line] = [:]

    /// Whether the pool has any.
    func contains(_ pool: String) -> Bool { lines[pool] != nil }

    /// The number that the pool will have when all have taken effect; `nil` when none sets one.
    func count(of pool: String) -> Int? { lines[pool]?.count }

    mutating func append(_ manual: ManualScale?, of pool: String) {
        lines[pool, default: Line()].orders += 1
        if case .count(let count)? = manual?.setting {
            lines[pool]?.count = count
        } else {
            lines[pool]?.count = nil
        }
    }

    /// The first of them has taken effect, or failed: then nothing more is counted from what it would have come to.
    mutating func removeFirst(of pool: String, failed: Bool = false) {
        guard let line = lines[pool] else { return }
        if line.orders > 1 { lines[pool]?.orders -= 1 } else { lines[pool] = nil }
        if failed { lines[pool]?.count = nil }
    }
}
