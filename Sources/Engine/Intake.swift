import JobModel

/// Checks jobs at the door and fills in what they leave open. A value: any thread may use it.
package struct Intake: Sendable {
    private let policies: [String: JobPolicy]
    private let standard: JobPolicy
    private let queues: Set<String>
    private let payloadLimitBytes: Int
    /// Whether any type is expected to need much memory.
    let expectsMemory: Bool

    package static let keyLimitBytes = 512
    /// All jobs of a request go into one transaction, and everybody else waits for it.
    package static let jobsPerRequest = 10_000
    package static let nameLimitBytes = 128

    /// `queues` are all that jobs may go to.
    package init(policies: [String: JobPolicy], standard: JobPolicy, queues: Set<String>, payloadLimitBytes: Int) {
        self.policies = policies
        self.standard = standard
        self.queues = queues
        self.payloadLimitBytes = payloadLimitBytes
        expectsMemory =
            standard.expectedMemoryBytes != nil || policies.values.contains { $0.expectedMemoryBytes != nil }
    }

    /// These rules with the payload limit of others: it has to be that which workers' connections were made for.
    func keepingPayloadLimit(of other: Intake) -> Intake {
        Intake(policies: policies, standard: standard, queues: queues, payloadLimitBytes: other.payloadLimitBytes)
    }

    /// Whether any type has a limit of memory.
    var limitsMemory: Bool {
        standard.memoryLimitBytes != nil || policies.values.contains { $0.memoryLimitBytes != nil }
    }

    /// What is other than in rules before these, for people.
    func changes(from old: Intake) -> [String] {
        var changes: [String] = []
        if standard != old.standard { changes.append("jobs of types without rules of their own follow other rules") }
        let types = Set(policies.keys).union(old.policies.keys).sorted().filter { policies[$0] != old.policies[$0] }
        if !types.isEmpty { changes.append("jobs of other rules: \(types.joined(separator: ", "))") }
        return changes
    }

    package func policy(of type: String) -> JobPolicy {
        policies[type] ?? standard
    }

    /// The whole batch or the first reason against it, which names the job by its place in the batch.
    package func admit(_ requests: [JobRequest], at now: Timestamp) throws(Refusal) -> [NewJob] {
        guard requests.count <= Self.jobsPerRequest else {
            throw Refusal(
                code: "too_many_jobs",
                message: "the request has \(requests.count) jobs; \(Self.jobsPerRequest) are allowed",
                hint: "send several requests")
        }
        var jobs: [NewJob] = []
        jobs.reserveCapacity(requests.count)
        var lastType: String?
        var lastRequestID: String?
        var policy = standard
        for (index, request) in requests.enumerated() {
            do throws(Refusal) {
                if request.type != lastType {
                    try checkName(request.type, of: "type")
                    policy = self.policy(of: request.type)
                    lastType = request.type
                }
                if let requestID = request.requestID, requestID != lastRequestID {
                    try RequestID.check(requestID)
                    lastRequestID = requestID
                }
                jobs.append(try admit(request, policy: policy, at: now))
            } catch {
                guard requests.count > 1 else { throw error }
                throw Refusal(code: error.code, message: "job \(index + 1): \(error.message)", hint: error.hint)
            }
        }
        return jobs
    }

    private func admit(_ request: JobRequest, policy: JobPolicy, at now: Timestamp) throws(Refusal) -> NewJob {
        let queue = request.queue ?? policy.queue
        guard queues.contains(queue) else { throw unknownQueue(queue) }
        guard request.payload.count <= payloadLimitBytes else {
            throw Refusal(
                code: "payload_too_large",
                message: "the payload has \(request.payload.count) bytes, the limit is \(payloadLimitBytes)",
                hint: "store the data elsewhere and enqueue a reference to it, or raise limits.payload")
        }
        if let key = request.key, key.isEmpty || key.utf8.count > Self.keyLimitBytes {
            throw Refusal(
                code: "bad_key", message: "the key has \(key.utf8.count) bytes; 1 to \(Self.keyLimitBytes) are allowed",
                hint: "use a short name, or a hash of a long one")
        }
        let attempts = request.maxAttempts ?? policy.maxAttempts
        guard (1...Int(UInt16.max)).contains(attempts) else {
            throw Refusal(
                code: "bad_max_attempts", message: "max_attempts is \(attempts)", hint: "give 1 to \(UInt16.max)")
        }
        let timeout = (request.timeout ?? policy.timeout)?.inMilliseconds ?? 0
        guard (0...Int64(UInt32.max)).contains(timeout) else {
            throw Refusal(code: "bad_timeout", message: "timeout is \(timeout) ms", hint: "give at most 49 days")
        }
        return NewJob(
            type: request.type, queue: queue, payload: request.payload, priority: request.priority ?? .normal,
            maxAttempts: attempts, timeoutMilliseconds: timeout, enqueuedAt: now,
            runAt: request.runAt.flatMap { $0 > now ? $0 : nil }, key: request.key, requestID: request.requestID)
    }

    private func checkName(_ name: String, of field: String) throws(Refusal) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard allowed, (1...Self.nameLimitBytes).contains(name.utf8.count) else {
            throw Refusal(
                code: "bad_\(field)", message: "'\(name.prefix(40))' cannot be the \(field) of a job",
                hint: "use 1 to \(Self.nameLimitBytes) letters, digits, and any of _ . : -")
        }
    }

    private func unknownQueue(_ name: String) -> Refusal {
        let known = queues.sorted()
        let suggestion = Suggestion.nearest(to: name, in: known).map { "did you mean '\($0)'? " } ?? ""
        return Refusal(
            code: "unknown_queue", message: "no pool serves the queue '\(name.prefix(40))'",
            hint: suggestion + "queues: \(known.joined(separator: ", ")); a pool serves what its `queues` lists")
    }
}
