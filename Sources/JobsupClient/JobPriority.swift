/// How urgent a job is: 1 (first) to 10 (last).
public struct JobPriority: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// 1 to 10; the daemon refuses any other.
    public let rawValue: UInt8

    /// Before everything else.
    public static let critical = JobPriority(rawValue: 1)
    /// Before most.
    public static let high = JobPriority(rawValue: 3)
    /// What jobs have that say nothing.
    public static let normal = JobPriority(rawValue: 5)
    /// After most.
    public static let low = JobPriority(rawValue: 7)
    /// When nothing else waits.
    public static let background = JobPriority(rawValue: 10)

    /// The priority with this number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The priority with this number.
    public init(integerLiteral value: UInt8) {
        rawValue = value
    }
}
