import JobModel
import JobStore
import SeededRandom
import StoreConformance
import Testing

@Suite("Leases")
struct LeasesTests {
    private static let lane = LaneNumber(queue: 0, priority: .normal)

    private static func job(_ id: Int64) -> ReadyJob {
        ReadyJob(
            id: JobID(id), type: "t", payload: [UInt8(truncatingIfNeeded: id)], timeoutMilliseconds: 0,
            enqueuedAt: Timestamp(milliseconds: 0), maxAttempts: 1, used: 0, crashes: 0, isSpilled: false)
    }

    /// The table against a dictionary, with ids that crowd together, lie far apart, and meet modulo powers of two.
    @Test("random grants and ends are what a dictionary says", arguments: 1...8 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var leases = Leases(epoch: 1)
        var model: [JobID: UInt64] = [:]
        var next: Int64 = 1
        for _ in 0..<5000 {
            if Bool.random(using: &random) || model.isEmpty {
                next += [1, 1, 1, 64, 4096].randomElement(using: &random) ?? 1
                let lease = leases.grant(Self.job(next), lane: Self.lane)
                model[lease.job] = lease.token
            } else if let id = model.keys.randomElement(using: &random) {
                leases.end(id)
                model[id] = nil
            }
        }
        #expect(leases.count == model.count)
        #expect(leases.newestFirst() == model.keys.sorted(by: >))
        for (id, token) in model {
            #expect(leases[id]?.token == token)
            #expect(leases[Lease(job: id, token: token)]?.job.payload == [UInt8(truncatingIfNeeded: id.rawValue)])
            #expect(leases[Lease(job: id, token: token + 1)] == nil)
        }
        for id in model.keys { leases.end(id) }
        #expect(leases.count == 0 && leases.newestFirst().isEmpty)
    }

    @Test("while a lease is settled it is stale, and stands again when that failed")
    func settling() {
        var leases = Leases(epoch: 1)
        let lease = leases.grant(Self.job(5), lane: Self.lane)
        let now = Timestamp(milliseconds: 1)
        let (first, second) = (leases.begin(lease), leases.begin(lease))
        #expect(first != nil && second == nil)
        let tooLate = leases.cancel(JobID(5), at: now)
        leases.resume(JobID(5))
        let inTime = leases.cancel(JobID(5), at: now)
        #expect(tooLate == nil && inTime == lease)
        #expect(leases[lease]?.cancelledAt == now)
        leases.withdrawCancel(JobID(5))
        #expect(leases[lease]?.cancelledAt == nil)
    }

    @Test("tokens of a later run are greater than all of an earlier one")
    func epochs() {
        var earlier = Leases(epoch: 1)
        var later = Leases(epoch: 2)
        var last: UInt64 = 0
        for id in 1...1000 as ClosedRange<Int64> { last = earlier.grant(Self.job(id), lane: Self.lane).token }
        let first = later.grant(Self.job(1), lane: Self.lane).token
        #expect(first > last)
    }
}
