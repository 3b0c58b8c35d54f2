import NIOCore
import NIOPosix
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Enqueues jobs at a jobsup daemon on this machine.
///
/// ```swift
/// let client = JobsupClient()
/// let job = try await client.enqueue("send_mail", Mail(to: "ann@example.org"))
/// ```
///
/// An answer means that the job is on disk. One client serves any number of tasks: it has one connection, over which
/// their requests travel together, and which it opens when it is first needed and again after it was lost.
public final class JobsupClient: Sendable {
    /// The connection, or the one that is being made.
    private let connection = Mutex<EventLoopFuture<ClientConnection>?>(nil)
    private let path: String
    private let name: String
    private let encoder: JSONEncoder
    private let now: @Sendable () -> Date

    /// A client that connects when it is first used.
    ///
    /// - Parameters:
    ///   - path: The daemon's `client.sock`; when `nil`, the one in `JOBSUP_RUNTIME_DIRECTORY`, or else beside
    ///     `JOBSUP_SOCKET` (in a worker), or else in `/run/jobsup`.
    ///   - name: What the program calls itself in the daemon's log.
    ///   - encoder: Writes payloads.
    public convenience init(path: String? = nil, name: String? = nil, encoder: JSONEncoder = JSONEncoder()) {
        let process = ProcessInfo.processInfo
        self.init(
            path: path ?? Self.defaultPath(in: process.environment), name: name ?? process.processName,
            encoder: encoder, now: { Date() })
    }

    package init(path: String, name: String, encoder: JSONEncoder, now: @escaping @Sendable () -> Date) {
        self.path = path
        self.name = name
        self.encoder = encoder
        self.now = now
    }

    /// Where a program with this environment finds the daemon: a job finds the one that it came from.
    static func defaultPath(in environment: [String: String]) -> String {
        if let directory = environment["JOBSUP_RUNTIME_DIRECTORY"], !directory.isEmpty {
            return "\(directory)/client.sock"
        }
        if let socket = environment["JOBSUP_SOCKET"], let slash = socket.lastIndex(of: "/") {
            return "\(socket[...slash])client.sock"
        }
        return "/run/jobsup/client.sock"
    }

    deinit {
        connection.withLock { $0 }?.whenSuccess { $0.close() }
    }

    /// Connects now, so that a daemon that is not there is noticed early.
    ///
    /// - Throws: ``EnqueueError``.
    public func connect() async throws {
        _ = try await connected()
    }

    /// Ends the connection. Requests that wait for their answers fail with ``EnqueueError/Code/connectionLost``; a
    /// later request connects anew.
    public func close() {
        let connection = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        connection?.whenSuccess { $0.close() }
    }

    // MARK: Enqueueing

    /// Enqueues a job whose payload is this value, as JSON.
    ///
    /// - Throws: ``EnqueueError``, and what the encoder throws.
    @discardableResult
    public func enqueue<Payload: Encodable>(
        _ type: String, _ payload: Payload, options: JobOptions = JobOptions()
    ) async throws -> EnqueuedJob {
        try await enqueue(type, bytes: Array(try encoder.encode(payload)), options: options)
    }

    /// Enqueues a job whose payload is these bytes.
    ///
    /// - Throws: ``EnqueueError``.
    @discardableResult
    public func enqueue(
        _ type: String, bytes: [UInt8], options: JobOptions = JobOptions()
    ) async throws -> EnqueuedJob {
        let jobs = try await enqueue([JobRequest(type, bytes: bytes, options: options)])
        guard let job = jobs.first else { throw EnqueueError.notUnderstood("an answer without a job") }
        return job
    }

    /// Enqueues jobs together: all of them or, when this throws, none.
    ///
    /// - Returns: The jobs in the order of the requests.
    /// - Throws: ``EnqueueError``.
    public func enqueue(_ batch: [JobRequest]) async throws -> [EnqueuedJob] {
        guard !batch.isEmpty else { return [] }
        let now = now()
        let specs = try batch.map { request throws(EnqueueError) in try request.spec(at: now) }
        return try await connected().enqueue(specs)
    }

    // MARK: The connection

    /// The most bytes that a request may take on the wire, headers included.
    package func maxRequestBytes() async throws -> Int {
        try await connected().maxFrameBytes
    }

    private func connected() async throws -> ClientConnection {
        while true {
            let future = connection.withLock { connection in
                if let connection { return connection }
                let future = ClientConnection.connect(
                    path: path, name: name, on: MultiThreadedEventLoopGroup.singleton.any())
                connection = future
                return future
            }
            do {
                let connected = try await future.get()
                if connected.isOpen { return connected }
                forget(future)
            } catch {
                forget(future)
                throw error
            }
        }
    }

    /// The next request connects anew, unless another one has done so already.
    private func forget(_ future: EventLoopFuture<ClientConnection>) {
        connection.withLock { connection in
            if connection === future { connection = nil }
        }
    }
}
