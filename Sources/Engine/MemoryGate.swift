import JobModel
import ProcessHost
import Supervision

/// Keeps jobs that need much memory from starting while there is not so much. Lives on the engine's event loop.
final class MemoryGate {
    /// The machine tells nobody when memory becomes free: such a job is looked at again after this.
    static let delay: Duration = .seconds(5)

    /// What a job type is expected to need.
    private let expected: (String) -> Int?
    private let available: () -> Int?
    /// Jobs that run and were promised memory, with what their worker has.
    var running: () -> [(type: String, usedBytes: Int)] = { [] }

    /// Whether any type is expected to need much: asked for once for all jobs that come together.
    private let isNeeded: () -> Bool

    init(
        isNeeded: @escaping () -> Bool = { true }, expected: @escaping (String) -> Int?,
        available: @escaping () -> Int?
    ) {
        self.isNeeded = isNeeded
        self.expected = expected
        self.available = available
    }

    /// Those that may start, and those for which there is no room, with the reason.
    func admit(_ jobs: [ClaimedJob]) -> (admitted: [ClaimedJob], waiting: [(job: ClaimedJob, why: String)]) {
        guard isNeeded(), jobs.contains(where: { expected($0.type) != nil }), let available = available() else {
            return (jobs, [])
        }
        let promised = running().compactMap { job in
            expected(job.type).map { (expectedBytes: $0, usedBytes: job.usedBytes) }
        }
        var admission = MemoryAdmission(availableBytes: available, running: promised)
        var admitted: [ClaimedJob] = []
        var waiting: [(ClaimedJob, String)] = []
        for job in jobs {
            guard let need = expected(job.type), !admission.admit(need) else {
                admitted.append(job)
                continue
            }
            waiting.append(
                (
                    job,
                    "it is expected to need \(need.inMebibytes) of memory, and \(admission.freeBytes.inMebibytes) are free"
                ))
        }
        return (admitted, waiting)
    }
}
