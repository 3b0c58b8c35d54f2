/// What jobsupd tells a worker by its environment.
struct WorkerEnvironment: Hashable, Sendable {
    let socketPath: String
    let token: String
    /// Jobs at once.
    let slots: UInt16
    /// Whether log lines are to name their jobs.
    let tagsOutput: Bool

    init(_ environment: [String: String]) throws(WorkerError) {
        guard let path = environment["JOBSUP_SOCKET"], !path.isEmpty else {
            throw .notStartedByJobsup(missing: "JOBSUP_SOCKET")
        }
        guard let token = environment["JOBSUP_TOKEN"] else { throw .notStartedByJobsup(missing: "JOBSUP_TOKEN") }
        let text = environment["JOBSUP_SLOTS"] ?? "1"
        guard let slots = UInt16(text), slots > 0 else {
            throw .invalidEnvironment(variable: "JOBSUP_SLOTS", value: text)
        }
        self.socketPath = path
        self.token = token
        self.slots = slots
        tagsOutput = environment["JOBSUP_OUTPUT_TAGS"] == "1"
    }
}
