/// What somebody wants to see of the log.
struct LogRequest {
    var filter: LogFilter
    /// Only so many, the last ones; `nil` for all.
    var lines: Int?
    /// Whether what comes is wanted as well.
    var follows: Bool
}
