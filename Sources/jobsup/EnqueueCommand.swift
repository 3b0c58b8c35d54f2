import ArgumentParser
import Foundation

/// `jobsup enqueue`
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Enqueue one job, or a stream of them as JSON lines on standard input.",
        discussion: """
            Examples:
              jobsup enqueue send_mail --payload '{"to": "a@b.c"}' --delay 10s
              jobsup enqueue resize --payload @picture.json --wait
              jobsup enqueue < jobs.jsonl       each line an object: {"type": "…", "payload": …, "queue": …}
            """)

    @Argument(help: "The job type; without it, jobs are read from standard input.")
    var type: String?

    @Option(help: "The queue; the type's own by default.")
    var queue: String?

    @Option(help: "JSON, or @FILE, or - for standard input.")
    var payload: String?

    @Option(help: "1 (first) to 10 (last), or critical, high, normal, low, background.")
    var priority: String?

    @Option(help: "Run no earlier than after this time: 10s, 5m, 1h.")
    var delay: String?

    @Option(help: "Run no earlier than at this time (RFC 3339).")
    var runAt: String?

    @Option(help: "How many attempts may end in an error.")
    var maxAttempts: Int?

    @Option(help: "The hard time limit of one attempt: 30s, 5m.")
    var timeout: String?

    @Option(help: "The same key gives the same job back.")
    var key: String?

    @Flag(help: "Wait until the job has finished and print its result.")
    var wait = false

    @Option(help: "Wait no longer than so many seconds.")
    var waitTimeout: Int = 3600

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            if let type { try await enqueueOne(type) } else { try await enqueueStream() }
        }
    }

    private func enqueueOne(_ type: String) async throws {
        let answer = try await common.daemon.post("/api/tasks", try body(type))
        let accepted = try DaemonConnection.decoder.decode(AcceptedDocument.self, from: answer)
        guard wait else {
            let note = accepted.existing ? " (it was there already)" : ""
            print(
                common.json ? String(decoding: answer, as: UTF8.self) : "\(accepted.taskId)  \(accepted.status)\(note)")
            return
        }
        try await JobWait(daemon: common.daemon, json: common.json).wait(for: accepted.taskId, seconds: waitTimeout)
    }

    private func body(_ type: String) throws -> Data {
        var fields: [(String, String)] = [("type", try quoted(type))]
        for (name, value) in [
            ("queue", queue), ("priority", priority), ("delay", delay), ("run_at", runAt), ("timeout", timeout),
            ("key", key),
        ] {
            if let value { fields.append((name, try quoted(value))) }
        }
        if let maxAttempts { fields.append(("max_attempts", String(maxAttempts))) }
        var body = Data("{\(fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))".utf8)
        if let bytes = try payloadBytes() {
            // JSON goes in as it is, byte for byte; anything else as bytes.
            if (try? JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)) != nil {
                body += Data(",\"payload\":".utf8) + bytes
            } else {
                body += Data(",\"payload_base64\":\"\(bytes.base64EncodedString())\"".utf8)
            }
        }
        return body + Data("}".utf8)
    }

    private func payloadBytes() throws -> Data? {
        guard let payload else { return nil }
        if payload == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        guard payload.hasPrefix("@") else {
            let bytes = Data(payload.utf8)
            guard (try? JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)) != nil else {
                throw Complaint(
                    "--payload is not JSON: \(payload.prefix(60))\nquote texts: '\"text\"', or give a file: @FILE",
                    code: .validationFailure)
            }
            return bytes
        }
        let path = String(payload.dropFirst())
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Complaint("cannot read the payload from \(path)", code: .validationFailure)
        }
        return data
    }

    private func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    // MARK: Streams

    private static let batch = 500

    private func enqueueStream() async throws {
        guard isatty(STDIN_FILENO) == 0 else {
            throw Complaint("name a job type, or give jobs as JSON lines on standard input", code: .validationFailure)
        }
        let bar = ProgressBar("enqueued", total: nil)
        var lines: [String] = []
        var first = 1
        var number = 0
        var count = 0
        while let line = readLine() {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            if lines.isEmpty { first = number }
            lines.append(line)
            guard lines.count == Self.batch else { continue }
            count += try await enqueueBatch(lines, firstLine: first)
            lines.removeAll(keepingCapacity: true)
            bar.show(count)
        }
        if !lines.isEmpty { count += try await enqueueBatch(lines, firstLine: first) }
        bar.finish(count)
        if !common.json {
            print("\(Shown.count(count)) jobs enqueued, \(Shown.count(Int(bar.rate(count))))/s")
        }
    }

    private func enqueueBatch(_ lines: [String], firstLine: Int) async throws -> Int {
        for (offset, line) in lines.enumerated()
        where (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] == nil {
            throw Complaint(
                "line \(firstLine + offset) is not a JSON object: \(line.prefix(60))\n"
                    + "the jobs of the lines before \(firstLine) are enqueued, nothing after", code: ExitStatus.refused)
        }
        let body = Data("{\"tasks\":[\(lines.joined(separator: ","))]}".utf8)
        let answer: Data
        do {
            answer = try await common.daemon.post("/api/tasks/batch", body)
        } catch let complaint as Complaint {
            let place = "lines \(firstLine) to \(firstLine + lines.count - 1) were not enqueued, those before were"
            throw Complaint("\(complaint.description)\n\(place)", code: complaint.code)
        }
        let accepted = try DaemonConnection.decoder.decode(AcceptedBatchDocument.self, from: answer)
        if common.json {
            for task in accepted.tasks { print("{\"task_id\":\"\(task.taskId)\",\"existing\":\(task.existing)}") }
        }
        return accepted.tasks.count
    }
}
