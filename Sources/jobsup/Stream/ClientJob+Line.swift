import Foundation
import JobModel
import JobsupClient
import TaskJSON

extension ClientJob {
    /// Reads a line of a stream.
    ///
    /// What only the daemon can know (whether there is such a queue) is left to it; what no request can say is refused
    /// here, where the line is known.
    init(line: [UInt8], at now: Timestamp) throws(Refusal) {
        let task = try TaskBody.request(line, at: now)
        if let attempts = task.maxAttempts, !(1...Int(UInt16.max)).contains(attempts) {
            throw Refusal(
                code: "bad_max_attempts", message: "max_attempts is \(attempts)", hint: "give 1 to \(UInt16.max)")
        }
        if let timeout = task.timeout?.inMilliseconds, !(1...Int64(UInt32.max)).contains(timeout) {
            throw Refusal(
                code: "bad_timeout", message: "timeout is \(timeout) ms",
                hint: "give 1 ms to 49 days; a job without a limit is enqueued alone: jobsup enqueue TYPE --timeout 0")
        }
        for (name, text) in [("type", task.type), ("queue", task.queue), ("key", task.key)] {
            guard let count = text?.utf8.count, !(1...Int(UInt16.max)).contains(count) else { continue }
            throw Refusal(code: "bad_\(name)", message: "\(name) has \(count) bytes", hint: "leave it out, or name one")
        }
        let start = task.runAt.map { Date(timeIntervalSince1970: Double($0.milliseconds) / 1000) }
        let options = ClientJobOptions(
            queue: task.queue, key: task.key, priority: task.priority.map { JobPriority(rawValue: $0.rawValue) },
            maxAttempts: task.maxAttempts, timeout: task.timeout, start: start.map { .at($0) } ?? .now)
        self.init(task.type, bytes: task.payload, options: options)
    }
}
