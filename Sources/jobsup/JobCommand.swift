import ArgumentParser
import Foundation

/// `jobsup job`
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show, list or cancel jobs.",
        discussion: "Examples:\n  jobsup job 123\n  jobsup job cancel 123\n  jobsup job list --state failed",
        subcommands: [Show.self, Cancel.self, List.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one job with its attempts.")

        @Argument(help: "The job's id.")
        var id: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Complaint.reporting {
                let data = try await common.daemon.get("/api/tasks/\(id)")
                if common.json { return print(String(decoding: data, as: UTF8.self)) }
                show(try DaemonConnection.decoder.decode(JobDocument.self, from: data), data)
            }
        }

        private func show(_ job: JobDocument, _ data: Data) {
            var lines: [(String, String?)] = [
                ("job", job.taskId), ("type", job.type), ("queue", job.queue),
                ("status", job.reason.map { "\(job.status) (\($0))" } ?? job.status),
                ("priority", String(job.priority)), ("attempt", "\(job.attempt) of \(job.maxAttempts)"),
                ("crashes", job.crashes > 0 ? String(job.crashes) : nil), ("key", job.key),
                ("enqueued", job.enqueuedAt), ("due", job.runAt), ("started", job.startedAt),
                ("finished", job.finishedAt), ("worker", job.worker),
            ]
            if let progress = job.progress {
                let percent = progress.percent.map { "\(Int($0)) % " } ?? ""
                lines.append(
                    (
                        "progress",
                        "\(percent)\(progress.current)/\(progress.total) \(progress.stage) \(progress.message)"
                    ))
            }
            if let error = job.error { lines.append(("error", "\(error.type) (\(error.cause)): \(error.message)")) }
            if let result = try? JobWait.result(in: data), !result.isEmpty { lines.append(("result", result)) }
            for case (let name, let value?) in lines {
                print(name + String(repeating: " ", count: 10 - name.count) + value)
            }
            guard !job.attempts.isEmpty else { return }
            var table = Table([
                ("ATTEMPT", .right), ("WORKER", .left), ("ENDED", .left), ("CAUSE", .left), ("WHAT", .left),
            ])
            for attempt in job.attempts {
                let words = attempt.message.split(separator: "\n").last.map { ": \($0)" } ?? ""
                table.add([
                    String(attempt.attempt), attempt.worker, attempt.endedAt, attempt.cause, "\(attempt.type)\(words)",
                ])
            }
            print("\n" + table.text)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel a job: at once when it waits; one that runs is asked, then forced, to end.")

        @Argument(help: "The job's id.")
        var id: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Complaint.reporting {
                let data = try await common.daemon.delete("/api/tasks/\(id)")
                if common.json { return print(String(decoding: data, as: UTF8.self)) }
                let document = try DaemonConnection.decoder.decode(CancelDocument.self, from: data)
                print("\(document.taskId)  \(document.status)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List jobs, newest first.")

        @Option(help: "Only those in this state.")
        var state: String?

        @Option(help: "Only those of this queue.")
        var queue: String?

        @Option(help: "Only those of this type.")
        var type: String?

        @Option(help: "Only those with smaller ids: the last id of the page before.")
        var before: String?

        @Option(help: "At most so many.")
        var limit = 50

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Complaint.reporting {
                var query = ["limit=\(limit)"]
                for (name, value) in [("state", state), ("queue", queue), ("type", type), ("before", before)] {
                    let encoded = value?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
                    if let encoded { query.append("\(name)=\(encoded)") }
                }
                let data = try await common.daemon.get("/api/tasks?\(query.joined(separator: "&"))")
                if common.json { return print(String(decoding: data, as: UTF8.self)) }
                let jobs = try DaemonConnection.decoder.decode(JobListDocument.self, from: data).tasks
                var table = Table([
                    ("JOB", .right), ("TYPE", .left), ("QUEUE", .left), ("STATUS", .left), ("ATTEMPT", .right),
                    ("ENQUEUED", .left), ("ERROR", .left),
                ])
                for job in jobs {
                    let error = job.error.map { "\($0.type): \($0.message.prefix(60))" } ?? ""
                    table.add([
                        job.taskId, job.type, job.queue, job.status, "\(job.attempt)/\(job.maxAttempts)",
                        job.enqueuedAt, error.replacingOccurrences(of: "\n", with: " "),
                    ])
                }
                print(table.text)
            }
        }
    }
}
