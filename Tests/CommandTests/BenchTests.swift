import Foundation
import Testing

@testable import jobsup

@Suite struct BenchTests {
    private func load(jobs: Int = 1000, batch: Int = 300, perSecond: Double? = nil) -> BenchLoad {
        BenchLoad(
            type: "no\"op", queue: "q", jobs: jobs, batch: batch, connections: 4, window: 2, perSecond: perSecond,
            payloadBytes: 10)
    }

    @Test func theLastRequestHasTheRest() {
        #expect(load().requests == [300, 300, 300, 100])
        #expect(load(jobs: 600).requests == [300, 300])
        #expect(load(jobs: 5).requests == [5])
    }

    @Test func requestsComeAtTheirRate() {
        #expect(load(perSecond: 50).due(100) == .seconds(2))
        #expect(load().due(100) == .zero)
    }

    @Test func aTaskIsValid() throws {
        #expect(
            String(decoding: try load().task(), as: UTF8.self) == #"{"type":"no\"op","queue":"q","payload":"xxxxxxxx"}"#
        )
        #expect(load().payload.count == 10)
    }

    @Test func percentilesAreByNearestRank() {
        let sorted = (1...100).map(Double.init)
        #expect(BenchReport.percentile(50, of: sorted) == 50)
        #expect(BenchReport.percentile(99, of: sorted) == 99)
        #expect(BenchReport.percentile(99, of: [7]) == 7)
        #expect(BenchReport.percentile(50, of: [1, 2, 3]) == 2)
        #expect(BenchReport.percentile(50, of: []) == 0)
    }

    @Test func theReportCountsFromTheFirstEnqueue() throws {
        let report = BenchReport(
            load: load(), latencies: [.milliseconds(3), .milliseconds(1), .milliseconds(2)], enqueue: .seconds(2),
            drain: .seconds(4))
        #expect(report.enqueuedPerSecond == 500 && report.drainedPerSecond == 250)
        #expect(report.text.contains("p50 2.0 ms, p99 3.0 ms, 300 jobs each, 8 at once"))
        #expect(try report.json.contains(#""drained_per_second":250"#))
        let enqueueOnly = BenchReport(load: load(), latencies: [], enqueue: .seconds(2), drain: nil)
        #expect(!enqueueOnly.text.contains("drained") && enqueueOnly.text.contains("500 jobs/s"))
    }

    @Test func requestsAreGivenOutOnce() {
        let tally = BenchTally()
        let requests: [Int] = [tally.takeNext(), tally.takeNext(), tally.takeNext()]
        #expect(requests == Array(0...2))
        tally.add(.milliseconds(1), job: "10")
        tally.add(.milliseconds(2), job: "9")
        #expect(tally.results.last == "10" && tally.results.latencies.count == 2)
    }
}
