/// When one worker is recycled: its pool's policy, with limits of its own drawn a little below it, so that workers
/// which started together do not leave together. No clock, no I/O.
package struct RecycleRule: Sendable {
    /// How far below the policy the limits of jobs and time may lie.
    package static let jitter = 0.1

    package enum Finding: Hashable, Sendable {
        /// Said once in a worker's life.
        case warning(bytes: Int, limit: Int)
        case recycle(RecycleReason)
        case stopNow(bytes: Int, limit: Int)
    }

    /// Both drawn.
    package let jobLimit: Int?
    package let timeLimit: Duration?
    private let policy: RecyclePolicy
    private var hasWarned = false
    private var isRecycled = false

    package init(_ policy: RecyclePolicy, using random: inout some RandomNumberGenerator) {
        self.policy = policy
        let jobPart = 1 - Double.random(in: 0...Self.jitter, using: &random)
        let timePart = 1 - Double.random(in: 0...Self.jitter, using: &random)
        jobLimit = policy.afterJobs.map { max(1, Int((Double($0) * jobPart).rounded(.up))) }
        timeLimit = policy.afterTime.map { $0 * timePart }
    }

    /// After attempts ended; gives a reason once.
    package mutating func settled(_ jobs: Int) -> RecycleReason? {
        guard !isRecycled, let jobLimit, jobs >= jobLimit else { return nil }
        isRecycled = true
        return .jobs(jobs)
    }

    /// When it has lived for `age`; gives a reason once.
    package mutating func lived(_ age: Duration) -> RecycleReason? {
        guard !isRecycled, let timeLimit, age >= timeLimit else { return nil }
        isRecycled = true
        return .age(age)
    }

    /// After its memory was measured. `jobLimit` is the least that the types of its running jobs allow, if any does.
    /// A worker that has not shown its health yet is not recycled: its replacement would be no better.
    package mutating func measured(_ bytes: Int, jobLimit: Int?, isHealthy: Bool = true) -> Finding? {
        let hard = [policy.memoryHardBytes, jobLimit].compactMap { $0 }.min()
        if let hard, bytes > hard { return .stopNow(bytes: bytes, limit: hard) }
        if let soft = policy.memorySoftBytes, bytes > soft, !isRecycled, isHealthy {
            isRecycled = true
            return .recycle(.memory(bytes: bytes, limit: soft))
        }
        if let limit = [policy.memorySoftBytes, hard].compactMap(\.self).min(), !hasWarned, !isRecycled,
            Double(bytes) > Double(limit) * policy.memoryWarning
        {
            hasWarned = true
            return .warning(bytes: bytes, limit: limit)
        }
        return nil
    }
}
