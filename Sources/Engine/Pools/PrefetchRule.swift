/// How many jobs a worker may have in hand.
///
/// A job that waits inside a worker cannot go to another one that falls idle, so the wait is bounded by time, not by
/// number: at most ``windowMicroseconds`` of work lies in a worker beyond what it runs. Short jobs thus travel in
/// large batches, for a wake-up of the worker costs as much as ten of them; long ones are handed out one by one.
struct PrefetchRule {
    /// The work that may wait inside a worker.
    static let windowMicroseconds = 5_000.0
    /// A running job that takes longer than this has the waiting ones called back.
    static let patience: Duration = .milliseconds(20)
    static let most = 256

    /// Moving average of the run time; `nil` before the first job.
    private var averageMicroseconds: Double?

    /// The weight of a new run time. A much longer one counts at once: it is what waiting jobs suffer from.
    private static let weight = 1.0 / 16

    mutating func record(runMicroseconds: UInt32) {
        let value = Double(max(1, runMicroseconds))
        guard let average = averageMicroseconds, value < average / Self.weight else {
            averageMicroseconds = value
            return
        }
        averageMicroseconds = average + (value - average) * Self.weight
    }

    /// A running job exceeded the patience: nothing in advance until the average has come down again.
    mutating func recordStall() {
        averageMicroseconds = Self.windowMicroseconds * 16
    }

    /// The jobs that a worker with so many slots may have in hand.
    func credit(slots: Int) -> Int {
        guard let averageMicroseconds else { return slots }
        return slots + min(Self.most, Int(Self.windowMicroseconds * Double(slots) / averageMicroseconds))
    }
}
