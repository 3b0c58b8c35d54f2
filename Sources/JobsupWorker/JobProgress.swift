/// How far a job has come.
public struct JobProgress: Hashable, Sendable {
    /// What is done.
    public var current: Int
    /// What there is to do, in the same unit; 0 when it is not known.
    public var total: Int
    /// A short name for the part of the work that is under way.
    public var stage: String
    /// Anything for people to read.
    public var message: String

    /// A report.
    public init(current: Int, total: Int = 0, stage: String = "", message: String = "") {
        self.current = current
        self.total = total
        self.stage = stage
        self.message = message
    }
}
