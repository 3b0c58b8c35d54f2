import Foundation
import JobModel
import Synchronization
import Testing

@testable import JobsupClient
@testable import jobsup

/// Streams of lines through the whole reading side, with a test at the other end of the connection.
@Suite struct EnqueueStreamTests {
    /// Takes jobs in, and numbers them by the payloads that say where they stand.
    private final class Taker: Sendable {
        let jobs = Mutex<[String]>([])

        func take(_ batch: [ClientJob]) -> [EnqueuedJob] {
            let payloads = batch.map { String(decoding: $0.payload, as: UTF8.self) }
            jobs.withLock { $0 += payloads }
            return payloads.map { EnqueuedJob(number: UInt64($0) ?? 0, existed: false) }
        }
    }

    private func stream(
        _ text: String, send: @escaping @Sendable ([ClientJob]) async throws -> [EnqueuedJob]
    ) throws -> EnqueueStream {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString).jsonl").path
        try Data(text.utf8).write(to: URL(filePath: path))
        let source = try ByteSource(path: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(source.sizeBytes == text.utf8.count)
        return EnqueueStream(source: source, time: .system, send: send)
    }

    private func lines(_ count: Int) -> String {
        (1...count).map { #"{"type":"a","payload":\#($0)}"# }.joined(separator: "\n")
    }

    @Test func everyLineBecomesAJobInItsPlace() async throws {
        let taker = Taker()
        var stream = try stream(lines(25_000)) { jobs in
            // The answers overtake one another.
            if jobs.first?.payload.last == UInt8(ascii: "1") { await Task.yield() }
            return taker.take(jobs)
        }
        var ids: [String] = []
        stream.onReceipts = { ids += $0.map(\.id) }
        let summary = try await stream.run()
        #expect(summary.jobs == 25_000 && summary.existing == 0)
        #expect(ids == (1...25_000).map(String.init))
        #expect(Set(taker.jobs.withLock { $0 }).count == 25_000)
    }

    @Test func anEmptyStreamIsNothing() async throws {
        var stream = try stream("\n\n") { _ in [] }
        #expect(try await stream.run().jobs == 0)
    }

    @Test func aBadLineInAShortStreamEnqueuesNothing() async throws {
        let taker = Taker()
        var stream = try stream(lines(10) + "\nnonsense\n" + lines(10)) { taker.take($0) }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.message.hasPrefix("line 11: this is not a JSON object") == true)
        #expect(complaint?.hint?.hasSuffix("\nnothing was enqueued") == true)
        #expect(complaint?.status == .wrongInput)
        #expect(taker.jobs.withLock { $0.isEmpty })
    }

    @Test func aBadLineInALongStreamSaysWhatIsEnqueued() async throws {
        let taker = Taker()
        var stream = try stream(lines(2_500) + "\n{}\n" + lines(50_000)) { taker.take($0) }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.message == "line 2501: 'type' is missing")
        #expect(complaint?.hint?.hasSuffix("\nenqueued: 2 000 jobs, lines 1-2000") == true)
        #expect(taker.jobs.withLock { $0.count } == 2_000)
    }

    @Test func aRefusalEndsTheStream() async throws {
        let taker = Taker()
        var stream = try stream(lines(100_000)) { jobs in
            if jobs.first?.payload == Array("3001".utf8) {
                throw Refusal(code: "unknown_queue", message: "job 5: no such queue", hint: "name another")
            }
            return taker.take(jobs)
        }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.message == "line 3005: no such queue" && complaint?.status == .refused)
        #expect(complaint?.hint?.contains("lines 1-3000") == true)
        #expect(taker.jobs.withLock { $0.count } < 100_000)
    }

    @Test func aLostConnectionSaysWhatNobodyKnows() async throws {
        var stream = try stream(lines(1_500) + "\n") { jobs in
            if jobs.count < 1_000 { throw Complaint("the connection was lost", .unreachable) }
            return Taker().take(jobs)
        }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.status == .unreachable)
        #expect(complaint?.hint?.contains("enqueued: 1 000 jobs, lines 1-1000") == true)
        #expect(complaint?.hint?.contains("lines 1001-1500") == true)
    }

    @Test func whatCannotBeReadIsSaid() async throws {
        #expect(throws: Complaint.self) { try ByteSource(path: "/no/such/file") }
        var stream = EnqueueStream(source: try ByteSource(path: "/"), time: .system) { _ in [] }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.message == "cannot read /: Is a directory")
    }

    @Test(.timeLimit(.minutes(1))) func aSilentProducerHoldsNobodyUp() async throws {
        var pipe: [CInt] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        defer { pipe.forEach { close($0) } }
        // A line arrives, the daemon refuses it, and the producer says nothing more.
        let line = Array((#"{"type":"a"}"# + "\n").utf8)
        #expect(write(pipe[1], line, line.count) == line.count)
        let source = try ByteSource(path: "/dev/fd/\(pipe[0])")
        #expect(source.sizeBytes == nil)
        var stream = EnqueueStream(source: source, time: .system) { _ in
            throw Refusal(code: "unknown_queue", message: "no such queue", hint: "name another")
        }
        let complaint = await #expect(throws: Complaint.self) { try await stream.run() }
        #expect(complaint?.message == "line 1: no such queue")
    }
}
