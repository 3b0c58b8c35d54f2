/// What the user is told when a command cannot do its work: what is wrong, what to do next, and how the command ends.
struct Complaint: Error, Equatable {
    let message: String
    let hint: String?
    let status: ExitStatus

    init(_ message: String, hint: String? = nil, _ status: ExitStatus) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    /// For standard error. Some of the words come from jobs, and those may hold anything.
    var text: String {
        let advice = Shown.lines(hint ?? "").filter { !$0.isEmpty }.map { "  \($0)" }
        return (Shown.lines("jobsup: \(message)") + advice).joined(separator: "\n") + "\n"
    }
}
