import NIOCore
import WorkerProtocol

/// What the codec costs for each job: nanoseconds a job for the frames of the data path, 200-byte payloads.
@main
struct CodecBenchmark {
    static let count = 256
    static let payload = [UInt8](repeating: 120, count: 200)

    static func main() throws {
        var output = ByteBuffer()
        report("write JOB (daemon)") {
            output.clear()
            for number in 0..<UInt64(count) { writeJob(number, &output) }
        }
        let jobs = output
        try report("read JOB (worker)") {
            try read(jobs, .job) { body throws(ProtocolError) in try JobFrame(decoding: &body).job }
        }
        report("write DONE (worker)") {
            output.clear()
            for number in 0..<UInt64(count) {
                SettlementFrame.encodeDone(
                    job: number, lease: number, runMicroseconds: 1, result: [UInt8](), into: &output)
            }
        }
        let done = output
        try report("read DONE (daemon)") {
            try read(done, .done) { body throws(ProtocolError) in try SettlementFrame(.done, decoding: &body).job }
        }
        let specs = (0..<count).map { _ in JobSpec(type: "send_mail", payload: payload) }
        report("write ENQUEUE (client)") {
            output.clear()
            EnqueueFrame.encode(request: 1, jobs: specs, into: &output)
        }
        let enqueue = output
        try report("read ENQUEUE (daemon)") {
            try read(enqueue, .enqueue) { body throws(ProtocolError) in
                UInt64(try EnqueueFrame(decoding: &body).jobs.count)
            }
        }
    }

    private static func writeJob(_ number: UInt64, _ output: inout ByteBuffer) {
        JobFrame.encode(
            job: number, lease: number, attempt: 1, maxAttempts: 5, timeoutMilliseconds: 0,
            enqueuedAtMilliseconds: 1, type: "send_mail", queue: "default", payload: payload, into: &output)
    }

    private static func read(
        _ bytes: ByteBuffer, _ type: FrameType, _ decode: (inout ByteBuffer) throws(ProtocolError) -> UInt64
    ) throws(ProtocolError) {
        var decoder = FrameDecoder(maxFrameBytes: 1 << 20)
        decoder.append(bytes)
        var sum: UInt64 = 0
        while let frame = try decoder.next() {
            var body = frame.body
            sum &+= try decode(&body)
        }
        precondition(sum > 0)
    }

    /// The best of many rounds: what disturbs only makes it slower.
    private static func report(_ name: String, _ body: () throws -> Void) rethrows {
        var best = Duration.seconds(1)
        for _ in 0..<2000 {
            best = min(best, try ContinuousClock().measure(body))
        }
        let tenths = Int((best / .nanoseconds(1) * 10 / Double(count)).rounded())
        print("\(name): \(tenths / 10).\(tenths % 10) ns")
    }
}
