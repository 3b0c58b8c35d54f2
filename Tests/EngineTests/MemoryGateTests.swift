import JobModel
import Supervision
import Testing

@testable import Engine

@Suite struct MemoryGateTests {
    private static let mebibyte = 1 << 20

    private func job(_ id: Int64, _ type: String) -> ClaimedJob {
        ClaimedJob(
            lease: Lease(job: JobID(id), token: 1), type: type, queue: "q", priority: .normal, payload: [], attempt: 1,
            maxAttempts: 3, crashes: 0, timeoutMilliseconds: 0, enqueuedAt: Timestamp(milliseconds: 0))
    }

    /// `big` jobs are expected to need 300 MiB.
    private func gate(free: Int?) -> MemoryGate {
        MemoryGate(
            expected: { $0 == "big" ? 300 * Self.mebibyte : nil }, available: { free.map { $0 * Self.mebibyte } })
    }

    private func admit(
        in gate: MemoryGate, _ jobs: [ClaimedJob]
    ) -> (admitted: [ClaimedJob], waiting: [(job: ClaimedJob, why: String)]) {
        var known: MemoryAdmission?
        return gate.admit(jobs, &known)
    }

    private func ids(_ jobs: [ClaimedJob]) -> [Int64] { jobs.map(\.id.rawValue) }

    @Test func onlyJobsThatAreKnownToNeedMuchWait() {
        let (admitted, waiting) = admit(in: gate(free: 10), [job(1, "small"), job(2, "big"), job(3, "small")])
        #expect(ids(admitted) == [1, 3] && ids(waiting.map(\.job)) == [2])
        #expect(waiting.first?.why == "it is expected to need 300 MiB of memory, and 10 MiB are free")
    }

    @Test func soManyStartAsThereIsRoomFor() {
        let (admitted, waiting) = admit(in: gate(free: 700), (1...4).map { job($0, "big") })
        #expect(ids(admitted) == [1, 2] && ids(waiting.map(\.job)) == [3, 4])
        #expect(waiting.last?.why.hasSuffix("and 100 MiB are free") == true)
    }

    @Test func whatRunningJobsAreStillToTakeIsNotFree() {
        let gate = gate(free: 500)
        gate.running = { [(type: "big", usedBytes: 50 * Self.mebibyte), (type: "small", usedBytes: 0)] }
        #expect(ids(admit(in: gate, [job(1, "big")]).admitted) == [])
        gate.running = { [(type: "big", usedBytes: 200 * Self.mebibyte)] }
        #expect(ids(admit(in: gate, [job(1, "big")]).admitted) == [1])
    }

    @Test func whatWasGivenAwayInTheSameTurnIsNotFree() {
        let gate = gate(free: 700)
        var known: MemoryAdmission?
        #expect(ids(gate.admit([job(1, "big")], &known).admitted) == [1])
        #expect(ids(gate.admit([job(2, "big"), job(3, "big")], &known).admitted) == [2])
        #expect(known?.freeBytes == 100 * Self.mebibyte)
    }

    @Test func withoutAMeasureNothingWaits() {
        #expect(ids(admit(in: gate(free: nil), [job(1, "big")]).admitted) == [1])
    }
}
