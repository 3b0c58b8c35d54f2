import Foundation
import NIOCore
import Testing
import WireSupport
import WorkerProtocol

@testable import JobsupClient

@Suite(.timeLimit(.minutes(1))) struct JobsupClientTests {
    private struct Mail: Codable {
        var to: String
    }

    /// A client, and the daemon's end of its connection, both greeted.
    private struct Pair {
        let peer: DaemonPeer
        let client: JobsupClient
        let connection: PeerConnection

        init(maxFrameBytes: UInt32 = 1 << 20, now: Date = Date(timeIntervalSince1970: 1_700_000_000)) async throws {
            peer = try await DaemonPeer()
            let client = JobsupClient(path: peer.path, name: "tests", encoder: JSONEncoder(), now: { now })
            self.client = client
            async let connected: Void = client.connect()
            connection = try await Self.greet(peer, maxFrameBytes: maxFrameBytes)
            try await connected
        }

        static func greet(_ peer: DaemonPeer, maxFrameBytes: UInt32 = 1 << 20) async throws -> PeerConnection {
            let connection = try await peer.accept()
            #expect(try await connection.next() == .clientHello(ClientHelloFrame(name: "tests")))
            connection.send(.clientWelcome(ClientWelcomeFrame(maxFrameBytes: maxFrameBytes)))
            return connection
        }

        func request() async throws -> EnqueueFrame {
            guard case .enqueue(let frame) = try await connection.next() else { throw CancellationError() }
            return frame
        }

        func accept(_ frame: EnqueueFrame, firstID: UInt64) {
            let jobs = frame.jobs.indices.map { EnqueuedFrame.Job(id: firstID + UInt64($0), existing: $0 % 2 == 1) }
            connection.send(.enqueued(EnqueuedFrame(request: frame.request, jobs: jobs)))
        }

        func end() async throws {
            client.close()
            try await peer.close()
        }
    }

    private func error(of client: JobsupClient) async -> EnqueueError? {
        do {
            try await client.enqueue("t", bytes: [])
            return nil
        } catch {
            return error as? EnqueueError
        }
    }

    @Test func enqueuesAJob() async throws {
        let pair = try await Pair()
        async let enqueued = pair.client.enqueue("send_mail", Mail(to: "ann"))
        let frame = try await pair.request()
        #expect(frame.jobs == [JobSpec(type: "send_mail", payload: Array(#"{"to":"ann"}"#.utf8))])
        pair.accept(frame, firstID: 41)
        let job = try await enqueued
        #expect(job.id == "41" && !job.existed)
        try await pair.end()
    }

    @Test func optionsAreHandedOn() async throws {
        let pair = try await Pair()
        let options = JobOptions(
            queue: "mail", key: "k", priority: .high, maxAttempts: 2, timeout: .milliseconds(1500),
            start: .after(.seconds(2.5)), requestID: "r-1")
        let batch = [
            JobRequest("a", bytes: [1], options: options),
            JobRequest("b", bytes: [], options: JobOptions(start: .at(Date(timeIntervalSince1970: 12)))),
            JobRequest("c", bytes: [], options: JobOptions(start: .at(Date(timeIntervalSince1970: -12)))),
        ]
        async let enqueued = pair.client.enqueue(batch)
        let frame = try await pair.request()
        #expect(
            frame.jobs == [
                JobSpec(
                    type: "a", queue: "mail", key: "k", requestID: "r-1", priority: 3, maxAttempts: 2,
                    timeoutMilliseconds: 1500, runAtMilliseconds: 1_700_000_002_500, payload: [1]),
                JobSpec(type: "b", runAtMilliseconds: 12_000, payload: []),
                JobSpec(type: "c", runAtMilliseconds: 1, payload: []),
            ])
        pair.accept(frame, firstID: 7)
        let jobs = try await enqueued
        #expect(jobs.map(\.id) == ["7", "8", "9"])
        #expect(jobs.map(\.existed) == [false, true, false])
        #expect(try await pair.client.enqueue([]) == [])
        try await pair.end()
    }

    @Test(arguments: [
        JobOptions(queue: ""), JobOptions(key: ""), JobOptions(priority: 0), JobOptions(priority: 11),
        JobOptions(maxAttempts: 0), JobOptions(maxAttempts: 100_000), JobOptions(timeout: .zero),
        JobOptions(timeout: .seconds(-1)), JobOptions(timeout: .nanoseconds(-1)),
        JobOptions(timeout: .seconds(100 * 86_400)), JobOptions(start: .at(.distantFuture + 1e300)),
        JobOptions(requestID: ""), JobOptions(requestID: String(repeating: "r", count: 70_000)),
    ])
    func badOptionsAreRefusedHere(_ options: JobOptions) {
        let error = #expect(throws: EnqueueError.self) {
            try JobRequest("a", bytes: [], options: options).spec(at: .now)
        }
        #expect(error?.code == .badOption)
        #expect(error?.hint.isEmpty == false)
    }

    @Test func aTypeIsNeeded() {
        for type in ["", String(repeating: "x", count: 70_000)] {
            let error = #expect(throws: EnqueueError.self) { try JobRequest(type, bytes: []).spec(at: .now) }
            #expect(error?.code == .badOption)
        }
    }

    @Test func manyRequestsAreUnderWayAtOnceAndEachGetsItsAnswer() async throws {
        let pair = try await Pair()
        try await withThrowingTaskGroup { group in
            for number in 0..<500 {
                group.addTask {
                    let job = try await pair.client.enqueue("t", bytes: Array(String(number).utf8))
                    #expect(job.id == String(number + 1000))
                }
            }
            var frames: [EnqueueFrame] = []
            while frames.count < 500 { frames.append(try await pair.request()) }
            for frame in frames.reversed() {
                let number = try #require(UInt64(String(decoding: frame.jobs[0].payload, as: UTF8.self)))
                pair.accept(frame, firstID: number + 1000)
            }
            try await group.waitForAll()
        }
        try await pair.end()
    }

    @Test func aRefusalSaysWhatToDo() async throws {
        let pair = try await Pair()
        async let lost = error(of: pair.client)
        let frame = try await pair.request()
        pair.connection.send(
            .refused(
                RefusedFrame(
                    request: frame.request, code: "unknown_queue", message: "no queue mial\ndid you mean mail?")))
        let error = await lost
        #expect(
            error == EnqueueError(code: .unknownQueue, message: "no queue mial", hint: "did you mean mail?"))
        #expect(error?.description == "no queue mial: did you mean mail? (unknown_queue)")
        try await pair.end()
    }

    @Test func whatIsTooLargeIsNotSent() async throws {
        let pair = try await Pair(maxFrameBytes: 100)
        let error = await #expect(throws: EnqueueError.self) {
            try await pair.client.enqueue("t", bytes: Array(repeating: 0, count: 100))
        }
        #expect(error?.code == .requestTooLarge)
        // The largest that fits: 14 bytes of the frame and 27 of the job.
        async let enqueued = pair.client.enqueue("t", bytes: Array(repeating: 0, count: 100 - 13 - 28))
        pair.accept(try await pair.request(), firstID: 1)
        let job = try await enqueued
        #expect(job.id == "1")
        try await pair.end()
    }

    @Test func aLostConnectionFailsWhatIsUnderWayAndTheNextRequestConnectsAnew() async throws {
        let pair = try await Pair()
        async let lost = error(of: pair.client)
        _ = try await pair.request()
        try await pair.connection.close()
        let error = await lost
        #expect(error?.code == .connectionLost)

        async let enqueued = pair.client.enqueue("t", bytes: [])
        let again = try await Pair.greet(pair.peer)
        guard case .enqueue(let frame) = try await again.next() else { return #expect(Bool(false)) }
        again.send(.enqueued(EnqueuedFrame(request: frame.request, jobs: [.init(id: 5, existing: false)])))
        let job = try await enqueued
        #expect(job.id == "5")
        try await pair.end()
    }

    @Test func anErrorOfTheDaemonReachesTheCaller() async throws {
        let pair = try await Pair()
        async let lost = error(of: pair.client)
        _ = try await pair.request()
        pair.connection.send(.error(ErrorFrame(code: "malformed_frame", message: "bad")))
        let error = await lost
        #expect(error?.code.rawValue == "malformed_frame")
        #expect(error?.message == "jobsupd ended the connection: bad")
        try await pair.end()
    }

    @Test func garbageIsNotUnderstood() async throws {
        let pair = try await Pair()
        async let lost = error(of: pair.client)
        _ = try await pair.request()
        pair.connection.send(bytes: ByteBuffer(bytes: [0, 0, 0, 1, 65]))
        let error = await lost
        #expect(error?.code == .notUnderstood)
        try await pair.end()
    }

    @Test func aCancelledCallerWaitsNoLonger() async throws {
        let pair = try await Pair()
        try await withThrowingTaskGroup { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await pair.client.enqueue("t", bytes: []) }
            }
            let frame = try await pair.request()
            group.cancelAll()
            try await group.waitForAll()
            // The answer finds nobody, and nothing breaks.
            pair.accept(frame, firstID: 1)
        }
        async let enqueued = pair.client.enqueue("t", bytes: [])
        pair.accept(try await pair.request(), firstID: 2)
        let job = try await enqueued
        #expect(job.id == "2")
        try await pair.end()
    }

    @Test func noChildInheritsTheConnection() async throws {
        let pair = try await Pair()
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(CInt.init)
        let ours = descriptors.filter { peerPath(of: $0) == pair.peer.path }
        #expect(ours.count == 1)
        for descriptor in ours { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC) }
        try await pair.end()
    }

    /// Where the socket of this descriptor is connected to.
    private func peerPath(of descriptor: CInt) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        return withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    @Test(
        arguments: [
            ([:], "/run/jobsup"),
            (["JOBSUP_RUNTIME_DIRECTORY": "/own"], "/own"),
            (["JOBSUP_SOCKET": "/own/worker.sock"], "/own"),
            (["JOBSUP_SOCKET": "/own/worker.sock", "JOBSUP_RUNTIME_DIRECTORY": "/other"], "/other"),
            (["JOBSUP_SOCKET": "/own/worker.sock", "JOBSUP_RUNTIME_DIRECTORY": ""], "/own"),
            (["JOBSUP_SOCKET": ""], "/run/jobsup"),
        ] as [([String: String], String)])
    func theDaemonIsFoundByTheEnvironment(_ environment: [String: String], _ directory: String) {
        #expect(JobsupClient.defaultPath(in: environment) == "\(directory)/client.sock")
    }

    @Test func nobodyAtTheSocketIsSaid() async throws {
        let client = JobsupClient(path: "/nowhere/client.sock", name: "tests")
        let error = await #expect(throws: EnqueueError.self) { try await client.enqueue("t", bytes: []) }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("/nowhere/client.sock") == true)
    }
}
