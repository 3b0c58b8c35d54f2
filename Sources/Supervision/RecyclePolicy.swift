/// When a worker that does well is replaced all the same, so that what leaks in it never adds up. `nil` switches a
/// limit off.
package struct RecyclePolicy: Sendable, Hashable {
    package var afterJobs: Int?
    package var afterTime: Duration?
    /// Above it the worker finishes what it runs, and leaves once its replacement is ready.
    package var memorySoftBytes: Int?
    /// Above it the worker is stopped at once; its jobs go back.
    package var memoryHardBytes: Int?
    /// The part of the soft limit (of the hard one where there is no soft one) that is worth a warning, 0 to 1.
    package var memoryWarning: Double

    package init(
        afterJobs: Int? = 1000, afterTime: Duration? = .seconds(4 * 3600), memorySoftBytes: Int? = 512 << 20,
        memoryHardBytes: Int? = 1024 << 20, memoryWarning: Double = 0.75
    ) {
        self.afterJobs = afterJobs
        self.afterTime = afterTime
        self.memorySoftBytes = memorySoftBytes
        self.memoryHardBytes = memoryHardBytes
        self.memoryWarning = memoryWarning
    }

    /// Nothing is recycled.
    package static let none = RecyclePolicy(
        afterJobs: nil, afterTime: nil, memorySoftBytes: nil, memoryHardBytes: nil)

    package var watchesMemory: Bool { memorySoftBytes != nil || memoryHardBytes != nil }
}

/// Why a worker is replaced though it did nothing wrong.
package enum RecycleReason: Hashable, Sendable {
    case jobs(Int)
    case age(Duration)
    case memory(bytes: Int, limit: Int)

    /// For programs.
    package var name: String {
        switch self {
        case .jobs: "jobs"
        case .age: "age"
        case .memory: "memory"
        }
    }
}
