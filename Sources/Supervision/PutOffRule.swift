/// How many jobs of a pool are put off for want of memory within a time, and for how long. No clock: instants are those of a
/// monotonic clock that the caller reads.
///
/// Whoever is put off costs a write, and comes back to its old place: before all that wait behind it. So in each window of time
/// only so many are put off. While every window is used up, the others never have their turn: then the delays grow, until what
/// comes back leaves room in a window.
package struct PutOffRule: Sendable {
    /// The machine tells nobody when memory becomes free: whoever waits for it is looked at again after this.
    package static let window: Duration = .seconds(windowSeconds)
    private static let windowSeconds: Int64 = 5
    /// How many are put off in one window.
    package static let limit = 512
    package static let longestDelay: Duration = .seconds(600)

    /// The window that is counted in.
    private var current: Int64 = 0
    private var count = 0
    /// How many windows before it were used up without one in between that was not.
    private var usedUp = 0

    package init() {}

    /// The beginning of the window after this instant.
    package static func nextWindow(after now: Duration) -> Duration {
        .seconds((now.components.seconds / windowSeconds + 1) * windowSeconds)
    }

    /// How many more may be put off.
    package mutating func left(at now: Duration) -> Int {
        enter(now.components.seconds / Self.windowSeconds)
        return max(0, Self.limit - count)
    }

    /// Counts jobs that are put off, and gives for how long.
    package mutating func putOff(_ jobs: Int, at now: Duration) -> Duration {
        enter(now.components.seconds / Self.windowSeconds)
        count += jobs
        return min(Self.window * (1 + usedUp), Self.longestDelay)
    }

    private mutating func enter(_ window: Int64) {
        guard window != current else { return }
        usedUp = window == current + 1 && count >= Self.limit ? usedUp + 1 : 0
        current = window
        count = 0
    }
}
