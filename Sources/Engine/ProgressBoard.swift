import JobModel
import WorkerProtocol

/// How far running jobs have come. In memory: it means nothing once the attempt is over. Lives on the engine's event loop.
final class ProgressBoard {
    private var entries: [JobID: JobProgress] = [:]

    subscript(job: JobID) -> JobProgress? { entries[job] }

    func record(_ frame: ProgressFrame) {
        entries[JobID(Int64(bitPattern: frame.job))] = JobProgress(
            current: Int(frame.current), total: Int(frame.total), stage: frame.stage, message: frame.message)
    }

    func forget(_ job: JobID) {
        guard !entries.isEmpty else { return }
        entries[job] = nil
    }
}

/// How far a running job says it has come.
package struct JobProgress: Sendable {
    package let current: Int
    /// 0 when it is not known.
    package let total: Int
    package let stage: String
    package let message: String

    /// 0 to 100; `nil` when the total is not known.
    package var percent: Double? {
        total > 0 ? min(100, Double(current) * 100 / Double(total)) : nil
    }
}
