import Foundation
import JobModel

/// The daemon's HTTP API, one function for each request.
struct DaemonAPI: Sendable {
    private let connection: DaemonConnection

    init(_ sockets: DaemonSockets) {
        connection = DaemonConnection(sockets)
    }

    func status() async throws -> Answer<StatusDocument> {
        try await get("status")
    }

    /// Where its log is.
    func log() async throws -> Answer<LogStatusDocument> {
        try await get("status")
    }

    // MARK: Jobs

    /// `task` is a JSON object.
    func enqueue(_ task: Data) async throws -> Answer<AcceptedDocument> {
        try await send(.POST, "tasks", body: task)
    }

    /// `tasks` are JSON objects.
    func enqueue(_ tasks: [Data]) async throws -> Answer<AcceptedBatchDocument> {
        let body = Data("{\"tasks\":[".utf8) + Data(tasks.joined(separator: Data(",".utf8))) + Data("]}".utf8)
        return try await send(.POST, "tasks/batch", body: body)
    }

    /// The job, at once or as soon as it has finished, but after `wait` in any case.
    func job(_ id: String, waitingAtMost wait: Duration = .zero) async throws -> Answer<JobDocument> {
        let query = wait > .zero ? [("wait", "\(wait.inMilliseconds)ms")] : []
        return try await send(.GET, "tasks/" + Self.escaped(id), query: query, waiting: wait)
    }

    func jobs(_ query: [(String, String)]) async throws -> Answer<JobListDocument> {
        try await send(.GET, "tasks", query: query)
    }

    func cancel(_ id: String) async throws -> Answer<CancelDocument> {
        try await send(.DELETE, "tasks/" + Self.escaped(id))
    }

    // MARK: Queues and pools

    func queues() async throws -> Answer<QueueListDocument> {
        try await get("queues")
    }

    func queue(_ name: String) async throws -> Answer<QueueDocument> {
        try await get("queues/" + Self.escaped(name))
    }

    func pools() async throws -> Answer<PoolListDocument> {
        try await get("pools")
    }

    func pool(_ name: String) async throws -> Answer<PoolDocument> {
        try await get("pools/" + Self.escaped(name))
    }

    func scale(_ pool: String, _ wish: ScaleWish) async throws -> Answer<ScaleDocument> {
        try await send(.POST, "pools/\(Self.escaped(pool))/scale", body: try Self.body(of: wish))
    }

    static func body(of wish: ScaleWish) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(wish)
    }

    func scaling(_ pool: String) async throws -> Answer<ScalingDocument> {
        try await get("pools/\(Self.escaped(pool))/scaling")
    }

    func scalingHistory(_ pool: String, limit: Int) async throws -> Answer<ScalingHistoryDocument> {
        try await send(.GET, "pools/\(Self.escaped(pool))/scaling/history", query: [("limit", "\(limit)")])
    }

    /// The finished jobs of a pool that were enqueued in the last seconds, a stretch of them.
    func pastJobs(_ pool: String, seconds: Int, after: String?) async throws -> Answer<PastJobsDocument> {
        let query = [("seconds", "\(seconds)")] + (after.map { [("after", $0)] } ?? [])
        return try await send(.GET, "pools/\(Self.escaped(pool))/past-jobs", query: query)
    }

    func rollOut(_ pool: String, command: [String]?) async throws -> Answer<PoolDocument> {
        let body = try command.map { try JSONEncoder().encode(["command": $0]) }
        return try await send(.POST, "pools/\(Self.escaped(pool))/rollout", body: body)
    }

    func resume(_ pool: String) async throws -> Answer<PoolDocument> {
        try await send(.POST, "pools/\(Self.escaped(pool))/resume")
    }

    func reload() async throws -> Answer<ReloadDocument> {
        try await send(.POST, "reload")
    }

    func workers() async throws -> Answer<WorkerListDocument> {
        try await get("workers")
    }

    // MARK: Requests

    private func get<Document>(_ path: String) async throws -> Answer<Document> {
        try await send(.GET, path)
    }

    private func send<Document>(
        _ method: DaemonConnection.Method, _ path: String, query: [(String, String)] = [], body: Data? = nil,
        waiting: Duration = .zero
    ) async throws -> Answer<Document> {
        let parameters = query.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        let uri = "/api/\(path)" + (parameters.isEmpty ? "" : "?\(parameters)")
        return Answer(data: try await connection.send(method, uri, body: body, waiting: waiting))
    }

    /// A name as one part of a path, whatever it holds.
    static func escaped(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: unreserved) ?? name
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:")
}
