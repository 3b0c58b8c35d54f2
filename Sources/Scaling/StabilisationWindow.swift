/// The largest number that was asked for in the last while: so many workers are kept. The while grows by half each
/// time that the pool had to grow again right after it had shrunk, and returns to its first length when that does not
/// happen any more (after uWSGI's `cheaper_busyness`, which punishes itself the same way).
struct StabilisationWindow: Sendable {
    struct Settings: Sendable, Hashable {
        /// Seconds, when all is calm.
        var length: Double
        /// A growth within so many seconds after a shrinking is a flap.
        var flapSeconds: Double
        /// What a flap multiplies the length by.
        var widening: Double
        /// The most it may be multiplied by.
        var widest: Double
        /// Seconds in which half of the widening is forgotten.
        var halfLife: Double
    }

    let settings: Settings
    private(set) var width = 1.0
    private var asked: [(time: Double, wanted: Int)] = []
    private var lastTime: Double?
    private var lastShrinking: Double?

    init(_ settings: Settings) {
        self.settings = settings
    }

    var seconds: Double { settings.length * width }

    /// The most that was asked for within the window, `wanted` among it.
    mutating func largest(adding wanted: Int, at time: Double) -> Int {
        if let lastTime {
            // Half of what is left is gone after each half-life; the power's series would need no more exactness.
            let part = min(1, (time - lastTime) / settings.halfLife)
            width = 1 + (width - 1) * (1 - part * 0.6931)
        }
        lastTime = time
        // Only a falling sequence is of use: what is older and not larger can never be the largest again.
        while let last = asked.last, last.wanted <= wanted { asked.removeLast() }
        asked.append((time, wanted))
        while let first = asked.first, first.time < time - seconds, asked.count > 1 { asked.removeFirst() }
        return asked[0].wanted
    }

    mutating func shrank(at time: Double) {
        lastShrinking = time
    }

    mutating func grew(at time: Double) {
        if let lastShrinking, time - lastShrinking <= settings.flapSeconds {
            width = min(settings.widest, width * settings.widening)
        }
        // One shrinking is punished once.
        lastShrinking = nil
    }
}
