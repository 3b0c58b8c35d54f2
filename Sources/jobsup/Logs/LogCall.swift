import Foundation
import JobModel

/// One call of `jobsup logs` or `jobsup job logs`.
struct LogCall {
    let common: CommonOptions
    let file: String?
    let request: LogRequest

    /// How long a daemon that is away, being restarted maybe, is left alone.
    private static let pause = Duration.seconds(1)
    private static let longestPoll = Duration.seconds(60)

    /// Prints what is asked for; with a job to follow, until that has ended.
    func run(untilEndOf job: String? = nil) async throws {
        let place = try await place()
        let end = try job.map { _ throws(Complaint) in try LogEnd() }
        let printer = LogPrinter(isJSON: common.json, style: Console.style)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask { [request] in
                try await BlockingThread.run {
                    try LogReading(source: place.source(request), end: end, time: .system).print(by: printer)
                    return true
                }
            }
            if let job, let end {
                tasks.addTask { [daemon = common.daemon] in
                    try await Self.waitForEnd(of: job, daemon)
                    end.come()
                    return false
                }
            }
            while let isRead = try await tasks.next(), !isRead {}
            tasks.cancelAll()
        }
    }

    private func place() async throws -> LogPlace {
        if let file { return .file(file) }
        do {
            return try LogPlace(try await common.daemon.log().document.log)
        } catch let complaint as Complaint where complaint.status == .unreachable {
            let other = "without the daemon: jobsup logs --file PATH, or journalctl SYSLOG_IDENTIFIER=jobsupd"
            throw Complaint(
                complaint.message, hint: [complaint.hint, other].compactMap(\.self).joined(separator: "\n"),
                .unreachable)
        }
    }

    private static func waitForEnd(of job: String, _ daemon: DaemonAPI) async throws {
        while true {
            do {
                if try await daemon.job(job, waitingAtMost: longestPoll).document.isFinished { return }
            } catch let complaint as Complaint where complaint.status == .unreachable {
                // It comes back, and so does the job.
                try await Task.sleep(for: pause)
            } catch let complaint as Complaint where complaint.status == .notFound {
                // It has ended so long ago that it was forgotten.
                return
            }
        }
    }
}
