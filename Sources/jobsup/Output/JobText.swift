import Foundation
import JobModel
import TaskJSON

/// One job with everything that is known of it, for people.
struct JobText {
    let job: JobDocument
    /// The daemon's document, for payload and result stand in it as they are.
    let data: Data
    let style: Style
    let now: Timestamp

    private static let valueLimit = 2000

    var text: String {
        var lines = fields.compactMap { name, value in value.map { Self.line(name, $0) } }
        if let error = job.error {
            let kind = error.type.isEmpty ? error.cause : "\(error.type) (\(error.cause))"
            let words = Shown.lines(error.message.isEmpty ? kind : "\(kind): \(error.message)")
            lines.append(Self.line("error", style.paint(words[0], .bad)))
            lines += words.dropFirst().map { Self.line("", $0) }
        }
        if !job.attempts.isEmpty { lines += ["", attempts] }
        return lines.joined(separator: "\n")
    }

    private var fields: [(String, String?)] {
        let status = style.paint(job.status, Tint(state: job.status)) + (job.reason.map { " (\($0))" } ?? "")
        let contents = JobContents(data)
        return [
            ("job", job.taskId), ("type", job.type), ("queue", job.queue), ("status", status),
            ("priority", Priority(job.priority)?.description ?? String(job.priority)),
            ("attempt", "\(job.attempt) of \(job.maxAttempts)"),
            ("crashes", job.crashes > 0 ? style.paint(String(job.crashes), .bad) : nil),
            ("timeout", job.timeoutSeconds.map { Shown.seconds($0) }), ("key", job.key.map(Shown.line)),
            ("request", job.requestId.map(Shown.line)),
            ("enqueued", instant(job.enqueuedAt)), ("due", instant(job.isFinished ? nil : job.runAt)),
            ("started", instant(job.startedAt)), ("finished", instant(job.finishedAt)), ("worker", job.worker),
            ("progress", progress), ("payload", contents.payload.map(shown)), ("result", contents.result.map(shown)),
        ]
    }

    private func instant(_ text: String?) -> String? {
        guard let text else { return nil }
        guard let instant = RFC3339.parse(text) else { return text }
        let difference = now.since(instant).inSeconds
        let words = difference < 0 ? "in \(Shown.seconds(-difference))" : "\(Shown.seconds(difference)) ago"
        return "\(text)  \(style.paint(words, .quiet))"
    }

    private var progress: String? {
        job.progress.map { progress in
            let share = progress.percent.map { "\(Int($0)) %" }
            let count = progress.total > 0 ? "\(progress.current)/\(progress.total)" : String(progress.current)
            return Shown.line(
                [share, count, progress.stage, progress.message].compactMap(\.self).filter { !$0.isEmpty }
                    .joined(separator: "  "))
        }
    }

    private func shown(_ value: JobContents.Value) -> String {
        switch value {
        case .json(let text), .text(let text): Shown.beginning(Shown.line(text), limit: Self.valueLimit)
        case .bytes(let data): "\(Shown.bytes(data.count)), no text (--json shows them as Base64)"
        }
    }

    private var attempts: String {
        var table = Table([
            .right("ATTEMPT"), .left("WORKER"), .measure("RAN"), .left("ENDED"), .left("CAUSE"), .left("WHAT"),
        ])
        for attempt in job.attempts {
            let ran = RFC3339.parse(attempt.endedAt).flatMap { end in
                RFC3339.parse(attempt.startedAt).map { end.since($0).inSeconds }
            }
            let words = attempt.message.split(separator: "\n").first.map { ": \($0)" } ?? ""
            table.add([
                Table.Cell(String(attempt.attempt)), Table.Cell(attempt.worker), Table.Cell(Shown.seconds(ran)),
                Table.Cell(attempt.endedAt), Table.Cell(attempt.cause, .bad), Table.Cell("\(attempt.type)\(words)"),
            ])
        }
        return table.text(style, nothing: "")
    }

    private static func line(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(1, 10 - name.count)) + value
    }
}
