import JobModel
import JobsupClient

/// The connection that streams of jobs go over, with errors in the command's words.
struct StreamClient: Sendable {
    private let client: JobsupClient
    private let sockets: DaemonSockets

    init(_ sockets: DaemonSockets) {
        self.sockets = sockets
        client = JobsupClient(path: sockets.client, name: "jobsup")
    }

    /// Notices early that nobody is there.
    func connect() async throws {
        do {
            try await client.connect()
        } catch let error as EnqueueError {
            throw complaint(error)
        }
    }

    /// Enqueues the jobs of one request, all or none.
    ///
    /// Throws a ``Refusal``, or a ``Complaint`` when nobody knows what became of them.
    func enqueue(_ jobs: [ClientJob]) async throws -> [EnqueuedJob] {
        do {
            return try await client.enqueue(jobs)
        } catch let error as EnqueueError {
            switch error.code {
            case .unreachable, .connectionLost, .notUnderstood: throw complaint(error)
            default: throw Refusal(code: error.code.rawValue, message: error.message, hint: error.hint)
            }
        }
    }

    private func complaint(_ error: EnqueueError) -> Complaint {
        guard error.code == .unreachable else {
            return Complaint(error.message, hint: "did it end? systemctl status supervisor", .unreachable)
        }
        return sockets.unreachable(sockets.client, because: "nobody listens to it")
    }
}
