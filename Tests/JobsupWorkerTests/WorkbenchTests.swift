import NIOCore
import Testing
import WireSupport
import WorkerProtocol

@testable import JobsupWorker

@Suite struct WorkbenchTests {
    private func job(_ number: UInt64) -> JobFrame {
        JobFrame(
            job: number, lease: number, attempt: 1, maxAttempts: 5, timeoutMilliseconds: 0, enqueuedAtMilliseconds: 0,
            type: "t", queue: "q", payload: ByteBuffer())
    }

    private func sent(_ bench: inout Workbench) throws -> [Message] {
        var decoder = FrameDecoder(maxFrameBytes: 1 << 20)
        decoder.append(bench.takeOutgoing())
        var messages: [Message] = []
        while let frame = try decoder.next() { messages.append(try Message(frame)) }
        return messages
    }

    private func done(_ number: UInt64) -> Message {
        .settlement(
            SettlementFrame(job: number, lease: number, runMicroseconds: 5, outcome: .done(result: ByteBuffer())))
    }

    private func returned(_ number: UInt64) -> Message {
        .settlement(SettlementFrame(job: number, lease: number, runMicroseconds: 0, outcome: .returned))
    }

    private func running(_ next: Workbench.Next) -> UInt64? {
        guard case .run(let job) = next else { return nil }
        return job.job
    }

    private func ends(_ next: Workbench.Next) -> Bool {
        if case .end = next { true } else { false }
    }

    @Test func waitingSlotsGetJobsInTheOrderReceived() throws {
        var bench = Workbench(slots: 2)
        for slot in 0..<2 { guard case .wait = bench.next(for: slot) else { return #expect(Bool(false)) } }
        let assignments = bench.receive([job(1), job(2), job(3)])
        #expect(assignments.map(\.job.job) == [1, 2])
        #expect(bench.runningCount == 2 && bench.hasWork)
        bench.settle(slot: assignments[1].slot, outcome: .done([]), runMicroseconds: 5)
        #expect(running(bench.next(for: assignments[1].slot)) == 3)
        #expect(try sent(&bench) == [done(2)])
    }

    @Test func aCancelledSlotTakesNothingUntilItIsRevived() {
        var bench = Workbench(slots: 1)
        _ = bench.receive([job(1), job(2)])
        #expect(running(bench.next(for: 0)) == 1)
        let cancelled = [9, 1, 1].map { bench.cancel(CancelFrame(job: 1, lease: $0)) }
        #expect(cancelled == [nil, 0, nil])
        bench.settle(slot: 0, outcome: .cancelled, runMicroseconds: 5)
        #expect(ends(bench.next(for: 0)))
        let revived = [bench.revive(0), bench.revive(0)]
        #expect(revived == [true, false])
        #expect(running(bench.next(for: 0)) == 2)
    }

    @Test func drainingReturnsWhatWaitsAndIsOverWithTheLastRunningJob() throws {
        var bench = Workbench(slots: 2)
        _ = bench.next(for: 0)
        _ = bench.next(for: 1)
        let slot = bench.receive([job(1)])[0].slot
        let ended = [bench.drain(), bench.drain()]
        #expect(ended == [[1 - slot], []])
        #expect(!bench.isDrained)
        let assignments = bench.receive([job(2)])
        #expect(assignments.isEmpty)
        bench.settle(slot: slot, outcome: .done([]), runMicroseconds: 5)
        #expect(bench.isDrained)
        #expect(ends(bench.next(for: slot)))
        #expect(try sent(&bench) == [returned(2), done(1)])
    }

    @Test func anInterruptedJobUsesNoAttemptAndOneThatFinishedCounts() throws {
        var bench = Workbench(slots: 3)
        _ = bench.receive([job(1), job(2), job(3)])
        for slot in 0..<3 { _ = bench.next(for: slot) }
        _ = bench.cancel(CancelFrame(job: 3, lease: 3))
        let interrupted = bench.interrupt()
        #expect(interrupted == [0, 1])
        bench.settle(slot: 0, outcome: .cancelled, runMicroseconds: 5)
        bench.settle(slot: 1, outcome: .done([]), runMicroseconds: 5)
        bench.settle(slot: 2, outcome: .cancelled, runMicroseconds: 5)
        let outcomes = try sent(&bench).map { message -> SettlementFrame.Outcome? in
            guard case .settlement(let frame) = message else { return nil }
            return frame.outcome
        }
        #expect(
            outcomes == [
                .snooze(delayMilliseconds: 0, reason: "interrupted, because its worker stopped"),
                .done(result: ByteBuffer()),
                .fail(errorType: "CancellationError", message: "the job was cancelled", mayRetry: true),
            ])
    }

    @Test func nothingIsSaidAfterTheConnectionIsClosed() throws {
        var bench = Workbench(slots: 2)
        _ = bench.next(for: 1)
        let slot = bench.receive([job(1)])[0].slot
        _ = bench.next(for: 0)
        let ended = bench.close()
        #expect(ended == [0])
        bench.settle(slot: slot, outcome: .done([1]), runMicroseconds: 5)
        #expect(ends(bench.next(for: slot)))
        let assignments = bench.receive([job(2)])
        #expect(assignments.isEmpty)
        #expect(!bench.hasOutgoing && !bench.hasWork)
    }

    @Test func theLastReportGoesOutBeforeTheSettlement() throws {
        var bench = Workbench(slots: 1)
        _ = bench.receive([job(1)])
        _ = bench.next(for: 0)
        let start = ContinuousClock.now
        let delays = [0, 30, 40].enumerated().map { index, millisecond in
            bench.report(
                JobProgress(current: index + 1), of: job(1), slot: 0, at: start + .milliseconds(millisecond))
        }
        #expect(delays == [nil, .milliseconds(70), nil])
        bench.settle(slot: 0, outcome: .done([]), runMicroseconds: 5)
        // Of a job that is over, and of one whose slot has another now.
        _ = bench.report(JobProgress(current: 4), of: job(1), slot: 0, at: start + .seconds(1))
        bench.sendProgress(slot: 0, job: job(1), at: start + .seconds(1))
        let progress = { (current: UInt32) in
            Message.progress(ProgressFrame(job: 1, lease: 1, current: current, total: 0))
        }
        #expect(try sent(&bench) == [progress(1), progress(3), done(1)])
    }
}

@Suite struct ProgressThrottleTests {
    @Test func tenInASecondAndTheLastOneKept() {
        var throttle = ProgressThrottle()
        let start = ContinuousClock.now
        var sent: [Int] = []
        for millisecond in 0..<1000 {
            let now = start + .milliseconds(millisecond)
            if millisecond % 100 == 0, let due = throttle.takeDue(at: now) { sent.append(due.current) }
            if throttle.offer(JobProgress(current: millisecond), at: now) == .send { sent.append(millisecond) }
        }
        #expect(sent == [0, 99, 199, 299, 399, 499, 599, 699, 799, 899])
        let kept = [throttle.takeLast()?.current, throttle.takeLast()?.current]
        #expect(kept == [999, nil])
    }

    @Test func aReportAfterAPauseGoesAtOnce() {
        var throttle = ProgressThrottle()
        let start = ContinuousClock.now
        let decisions = [0, 100, 150].map {
            throttle.offer(JobProgress(current: $0), at: start + .milliseconds($0))
        }
        #expect(decisions == [.send, .send, .hold(.milliseconds(50))])
        let due = (0..<2).map { _ in throttle.takeDue(at: start + .milliseconds(200))?.current }
        #expect(due == [150, nil])
    }
}
