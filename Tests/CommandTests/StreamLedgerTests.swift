import JobModel
import Testing

@testable import JobsupClient
@testable import jobsup

@Suite struct StreamLedgerTests {
    private func batch(_ lines: ClosedRange<Int>) throws -> StreamBatch {
        var batch = StreamBatch()
        for number in lines {
            let line = LineSplitter.Line(number: number, bytes: Array(#"{"type":"a"}"#.utf8), endOffset: number * 13)
            try batch.add(line, at: Timestamp(milliseconds: 0))
        }
        return batch
    }

    private func jobs(_ lines: ClosedRange<Int>) -> [EnqueuedJob] {
        lines.map { EnqueuedJob(number: UInt64($0), existed: $0 % 10 == 0) }
    }

    private let refusal = Refusal(code: "unknown_queue", message: "job 3: no such queue", hint: "did you mean 'b'?")

    @Test func answersComeInTheOrderOfTheLines() throws {
        var ledger = StreamLedger()
        let numbers = [ledger.send(try batch(1...5)), ledger.send(try batch(6...10)), ledger.send(try batch(12...12))]
        #expect(ledger.underWay == 3)
        #expect(ledger.enqueued(numbers[2], jobs(12...12)).isEmpty)
        #expect(ledger.endOffset == 0 && ledger.jobs == 0)
        #expect(ledger.enqueued(numbers[0], jobs(1...5)) == jobs(1...5))
        #expect(ledger.endOffset == 5 * 13)
        #expect(ledger.enqueued(numbers[1], jobs(6...10)) == jobs(6...10) + jobs(12...12))
        #expect(ledger.underWay == 0 && ledger.jobs == 11 && ledger.existing == 1 && ledger.endOffset == 12 * 13)
        #expect(ledger.enqueued.description == "1-12")
        #expect(ledger.account == "enqueued: 11 jobs, lines 1-12")
    }

    @Test func aRefusalNamesTheLineOfTheJob() throws {
        var ledger = StreamLedger()
        let numbers = [ledger.send(try batch(1...5)), ledger.send(try batch(8...12)), ledger.send(try batch(13...20))]
        _ = ledger.enqueued(numbers[0], jobs(1...5))
        let (complaint, ready) = ledger.refused(numbers[1], refusal)
        #expect(complaint == Complaint("line 10: no such queue", hint: "did you mean 'b'?", .refused))
        #expect(ready.isEmpty)
        _ = ledger.enqueued(numbers[2], jobs(13...20))
        #expect(ledger.account == "enqueued: 13 jobs, lines 1-5, 13-20")
    }

    @Test func aRefusalOfTheWholeRequestNamesItsFirstLine() throws {
        let whole = Refusal(code: "store_full", message: "the store has no room left", hint: "free space")
        #expect(try batch(8...12).complaint(whole).message == "line 8: the store has no room left")
        let far = Refusal(code: "x", message: "job 99: what", hint: "")
        #expect(try batch(8...12).complaint(far).message == "line 8: job 99: what")
    }

    @Test func whatNobodyKnowsIsSaid() throws {
        var ledger = StreamLedger()
        let numbers = [ledger.send(try batch(1...5)), ledger.send(try batch(6...10))]
        #expect(ledger.lost(numbers[1]).isEmpty)
        #expect(ledger.lost(numbers[0]).isEmpty)
        #expect(
            ledger.account == """
                nothing was enqueued
                unknown, for the answer did not come: lines 1-10
                a line with a "key" may be sent again at will: the same key gives the same job back
                """)
    }

    @Test func batchesAreBounded() throws {
        #expect(try !batch(1...999).isFull)
        #expect(try batch(1...1000).isFull)
        var batch = StreamBatch()
        let payload = String(repeating: "x", count: 512 << 10)
        let line = LineSplitter.Line(
            number: 1, bytes: Array(#"{"type":"a","payload":"\#(payload)"}"#.utf8), endOffset: 0)
        try batch.add(line, at: Timestamp(milliseconds: 0))
        #expect(batch.isFull)
    }
}
