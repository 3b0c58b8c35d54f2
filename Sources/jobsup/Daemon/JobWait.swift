import Foundation
import JobModel

/// Waits for a job by long polls and tells how it ended. On a terminal, its progress is shown meanwhile.
struct JobWait {
    let daemon: DaemonAPI
    let isJSON: Bool
    let time: TimeSource
    let showsProgress: Bool

    init(_ common: CommonOptions, time: TimeSource = .system) {
        daemon = common.daemon
        isJSON = common.json
        self.time = time
        showsProgress = Console.isTerminal(STDERR_FILENO)
    }

    /// The longest that one request waits.
    private static let longestPoll = Duration.seconds(60)
    /// How often the progress that a job reports is looked at.
    private static let progressPoll = Duration.seconds(1)

    /// Waits no longer than `limit`; `nil` is as long as it takes.
    func wait(for id: String, atMost limit: Duration?) async throws {
        let end = limit.map { time.uptime() + $0 }
        var bar = ProgressBar("job \(id)", time: time)
        while true {
            let left = end.map { max(.zero, $0 - time.uptime()) } ?? Self.longestPoll
            let poll = min(left, showsProgress ? Self.progressPoll : Self.longestPoll)
            let answer = try await daemon.job(id, waitingAtMost: poll)
            let job = try answer.document
            if job.isFinished {
                bar.clear()
                return try finish(job, answer)
            }
            if let progress = job.progress { bar.show(progress.current, fraction: progress.percent.map { $0 / 100 }) }
            if let end, time.uptime() >= end {
                bar.clear()
                throw Complaint(
                    "job \(id) is still \(job.status) after \(Shown.seconds(limit?.inSeconds))",
                    hint: "it goes on: jobsup job \(id) --wait", .timedOut)
            }
        }
    }

    private func finish(_ job: JobDocument, _ answer: Answer<JobDocument>) throws {
        if isJSON { try Console.print(answer.text) }
        guard job.status == "completed" else {
            let why = job.error.map { ": \($0.type): \($0.message.split(separator: "\n").first ?? "")" } ?? ""
            throw Complaint(
                "job \(job.taskId) ended as \(job.status)\(why)",
                hint: "jobsup job \(job.taskId) shows its attempts", .jobFailed)
        }
        switch JobContents(answer.data).result {
        case _ where isJSON: break
        case .json(let text), .text(let text): try Console.print(text)
        // A picture that goes to a file would be another one with a newline behind it.
        case .bytes(let bytes): try Console.print(bytes: Array(bytes))
        case nil: break
        }
    }
}
