import JobModel
import ProcessHost
import Supervision

/// Keeps jobs that need much memory from starting while there is not so much. Lives on the engine's event loop.
final class MemoryGate {
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

    /// Those that may start, and those for which there is no room, with the reason. `known` is what was found before in the same
    /// turn of the loop, with what was given away since.
    func admit(
        _ jobs: [ClaimedJob], _ known: inout MemoryAdmission?
    ) -> (admitted: [ClaimedJob], waiting: [(job: ClaimedJob, why: String)]) {
        guard isNeeded(), jobs.contains(where: { expected($0.type) != nil }), var admission = known ?? look() else {
            return (jobs, [])
        }
        defer { known = admission }
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

    private func look() -> MemoryAdmission? {
        available().map { available in
            let promised = running().compactMap { job in
                expected(job.type).map { (expectedBytes: $0, usedBytes: job.usedBytes) }
            }
            return MemoryAdmission(availableBytes: available, running: promised)
        }
    }
}
