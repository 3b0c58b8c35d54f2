/// The log, where it is kept.
protocol LogSource: AnyObject {
    /// Becomes readable when there may be more.
    var wakeDescriptor: CInt { get }

    /// Gives the entries that are there now, the oldest first, until `each` does not want any more; `false` when none will
    /// come any more.
    func read(_ each: (LogRecord) throws(Complaint) -> Bool) throws(Complaint) -> Bool
}
