/// How often a pool may change its direction. A hard limit: a shrinking is refused as long as the growth that may have
/// to follow it would not fit into the budget any more. Growth is never refused by it, since jobs wait for that.
package struct FlapBudget: Sendable {
    package struct Settings: Sendable, Hashable {
        /// Reversals within an hour. 0 means: never shrink.
        package var reversals: Int
        /// A change is a reversal when the one before went the other way and is no older.
        package var within: Duration

        package init(reversals: Int = 60, within: Duration = .seconds(60)) {
            self.reversals = reversals
            self.within = within
        }
    }

    private enum Direction: Sendable { case up, down }

    private let settings: Settings
    private var times: [Duration] = []
    private var last: (direction: Direction, time: Duration)?

    package init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    package func reversals(at time: Duration) -> Int {
        times.count { $0 > time - .seconds(3600) }
    }

    func allowsShrinking(at time: Duration) -> Bool {
        let own = isReversal(.down, at: time) ? 1 : 0
        return reversals(at: time) + own + 1 <= settings.reversals
    }

    mutating func changed(by change: Int, at time: Duration) {
        guard change != 0 else { return }
        let direction: Direction = change > 0 ? .up : .down
        times.removeAll { $0 <= time - .seconds(3600) }
        if isReversal(direction, at: time) { times.append(time) }
        last = (direction, time)
    }

    private func isReversal(_ direction: Direction, at time: Duration) -> Bool {
        guard let last else { return false }
        return last.direction != direction && time - last.time <= settings.within
    }
}
