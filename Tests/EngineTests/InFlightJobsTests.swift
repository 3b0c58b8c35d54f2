import JobModel
import SeededRandom
import Testing

@testable import Engine

@Suite struct InFlightJobsTests {
    private func lease(_ id: Int64) -> Lease {
        Lease(job: JobID(id), token: UInt64(id) + 100)
    }

    private func job(_ id: Int64, timeout: Int64 = 0, requestID: String? = nil) -> ClaimedJob {
        ClaimedJob(
            lease: lease(id), type: "t", queue: "q", priority: .normal,
            payload: [],
            attempt: 1, maxAttempts: 3, crashes: 0, timeoutMilliseconds: timeout,
            enqueuedAt: Timestamp(milliseconds: 0), requestID: requestID)
    }

    @Test func theFirstOnesRunAndTheRestWaits() {
        var jobs = InFlightJobs(slots: 2)
        for id in 1...5 { jobs.append(job(Int64(id)), at: .seconds(1)) }
        #expect(jobs.running.map(\.lease.job.rawValue) == [1, 2])
        #expect(jobs.waiting.map(\.lease.job.rawValue) == [3, 4, 5])
        #expect(jobs.running.allSatisfy { $0.startedAt == .seconds(1) })
        #expect(jobs.waiting.allSatisfy { $0.startedAt == nil })
    }

    @Test func eventsNameTheRequestOfTheJob() throws {
        var jobs = InFlightJobs(slots: 1)
        jobs.append(job(1, requestID: "r-1"), at: .zero)
        jobs.append(job(2), at: .zero)
        let removed = [jobs.remove(lease(1), at: .zero), jobs.remove(lease(2), at: .zero)]
        let events = removed.compactMap(\.self).map { EngineEvent.Job($0) }
        try #require(events.count == 2)
        #expect(events.map(\.id) == [JobID(1), JobID(2)] && events.map(\.requestID) == ["r-1", nil])
        #expect(events[0].type == "t" && events[0].queue == "q" && events[0].attempt == 1)
    }

    @Test func theNextOneStartsWhenARunningOneEnds() {
        var jobs = InFlightJobs(slots: 2)
        for id in 1...4 { jobs.append(job(Int64(id), timeout: 1000), at: .seconds(1)) }
        let removed = jobs.remove(lease(2), at: .seconds(5))
        #expect(removed?.lease.job == JobID(2))
        #expect(jobs.running.map(\.lease.job.rawValue) == [1, 3])
        #expect(jobs.running.last?.startedAt == .seconds(5))
        #expect(jobs.running.last?.deadline == .seconds(6))
        #expect(jobs.nextDeadline == .seconds(2) && jobs.earliestStart == .seconds(1))
        _ = jobs.remove(lease(1), at: .seconds(7))
        jobs.tightenBounds()
        #expect(jobs.nextDeadline == .seconds(6) && jobs.earliestStart == .seconds(5))
    }

    @Test func aReturnedWaitingJobStartsNobody() {
        var jobs = InFlightJobs(slots: 1)
        for id in 1...3 { jobs.append(job(Int64(id)), at: .zero) }
        _ = jobs.remove(lease(3), at: .seconds(9))
        #expect(jobs.running.map(\.lease.job.rawValue) == [1])
        #expect(jobs.waiting.first?.startedAt == nil)
    }

    @Test func anotherLeaseIsNotTheSame() {
        var jobs = InFlightJobs(slots: 1)
        jobs.append(job(1), at: .zero)
        #expect(jobs.remove(Lease(job: JobID(1), token: 7), at: .zero) == nil)
        #expect(jobs.count == 1)
    }

    @Test(arguments: 0..<50) func neverMoreRunThanThereAreSlots(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var jobs = InFlightJobs(slots: Int.random(in: 1...4, using: &random))
        var known: [Int64] = []
        var next: Int64 = 1
        for step in 0..<200 {
            let now = Duration.seconds(step)
            if known.isEmpty || Bool.random(using: &random) {
                jobs.append(job(next), at: now)
                known.append(next)
                next += 1
            } else if let id = known.randomElement(using: &random) {
                #expect(jobs.remove(lease(id), at: now) != nil)
                known.removeAll { $0 == id }
            }
            #expect(jobs.count == known.count)
            #expect(jobs.running.count == min(jobs.slots, known.count))
            #expect(Set(jobs.running.map(\.lease.job.rawValue)) == Set(known.prefix(jobs.slots)))
            #expect(jobs.waiting.map(\.lease.job.rawValue) == Array(known.dropFirst(jobs.slots)))
            let starts = jobs.running.compactMap(\.startedAt)
            #expect(starts.allSatisfy { $0 >= jobs.earliestStart ?? .seconds(1000) })
            jobs.tightenBounds()
            #expect(jobs.earliestStart == starts.min())
            #expect(jobs.running.allSatisfy { $0.startedAt != nil })
            #expect(jobs.waiting.allSatisfy { $0.startedAt == nil })
        }
    }
}
