import NIOCore
import SeededRandom
import WorkerProtocol

/// Random frames from a seed, the same ones in every run.
package struct FrameSamples {
    private var random: SeededRandom

    package init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    package mutating func message() -> Message {
        switch FrameType.allCases.randomElement(using: &random) ?? .ready {
        case .hello:
            .hello(HelloFrame(slots: number(), token: text(), build: text(), types: list { $0.text() }))
        case .done, .fail, .retry, .snooze, .discard, .returned:
            .settlement(settlement())
        case .progress:
            .progress(
                ProgressFrame(
                    job: number(), lease: number(), current: number(), total: number(), stage: text(), message: text()))
        case .bye: .bye(ByeFrame(reason: text()))
        case .welcome:
            .welcome(WelcomeFrame(workerName: text(), maxFrameBytes: number(), resultLimitBytes: number()))
        case .job:
            .job(
                JobFrame(
                    job: number(), lease: number(), attempt: number(), maxAttempts: number(),
                    timeoutMilliseconds: number(), enqueuedAtMilliseconds: number(), type: text(), queue: text(),
                    requestID: text(), payload: ByteBuffer(bytes: bytes())))
        case .cancel: .cancel(CancelFrame(job: number(), lease: number()))
        case .settled:
            .settled(
                SettledFrame(
                    accepted: number(), stale: list { SettledFrame.Stale(job: $0.number(), lease: $0.number()) }))
        case .error: .error(ErrorFrame(code: text(), message: text()))
        case .clientHello: .clientHello(ClientHelloFrame(name: text()))
        case .enqueue: .enqueue(EnqueueFrame(request: number(), jobs: list { $0.job() }))
        case .clientWelcome: .clientWelcome(ClientWelcomeFrame(maxFrameBytes: number()))
        case .enqueued:
            .enqueued(
                EnqueuedFrame(
                    request: number(),
                    jobs: list { EnqueuedFrame.Job(id: $0.number(), existing: $0.random.next() & 1 == 0) }
                ))
        case .refused: .refused(RefusedFrame(request: number(), code: text(), message: text()))
        case .ready: .empty(.ready)
        case .drain: .empty(.drain)
        case .recall: .empty(.recall)
        }
    }

    package mutating func job() -> JobSpec {
        JobSpec(
            type: ["send_mail", "thumbnail", text()].randomElement(using: &random) ?? "", queue: text(), key: text(),
            requestID: ["", "4bf92f3577b34da6", text()].randomElement(using: &random) ?? "", priority: number(),
            maxAttempts: number(), timeoutMilliseconds: number(), runAtMilliseconds: number(), payload: bytes())
    }

    private mutating func settlement() -> SettlementFrame {
        let outcomes: [SettlementFrame.Outcome] = [
            .done(result: ByteBuffer(bytes: bytes())),
            .fail(errorType: text(), message: text(), mayRetry: random.next() & 1 == 0),
            .retry(delayMilliseconds: number(), reason: text()),
            .snooze(delayMilliseconds: number(), reason: text()), .discard(reason: text()), .returned,
        ]
        let outcome = outcomes.randomElement(using: &random) ?? .returned
        return SettlementFrame(
            job: number(), lease: number(), runMicroseconds: outcome == .returned ? 0 : number(), outcome: outcome)
    }

    /// Small, large and in between.
    package mutating func number<Number: FixedWidthInteger & UnsignedInteger>() -> Number {
        let value = Number(truncatingIfNeeded: random.next())
        return value >> Number.random(in: 0..<Number(Number.bitWidth), using: &random)
    }

    package mutating func bytes(upTo limit: Int = 300) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    package mutating func text() -> String {
        let characters = Array("abcxyz019_.:-äß€日👩🏽‍🚀 \"\n\0")
        return String(
            (0..<Int.random(in: 0...20, using: &random)).map { _ in characters.randomElement(using: &random) ?? "?" })
    }

    private mutating func list<Element>(_ element: (inout FrameSamples) -> Element) -> [Element] {
        (0..<Int.random(in: 0...5, using: &random)).map { _ in element(&self) }
    }
}
