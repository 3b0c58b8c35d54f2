import Engine
import Hummingbird
import JobModel
import NIOCore

/// What the API knows of a request while it answers it.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The request's own id or one made for it; or why what it gave cannot be its id, which matters where jobs are made.
    var requestID: Result<String, Refusal> = .success("")

    private let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The number of the user at the other end.
    func peerUser() async throws -> UInt32 {
        let channel = channel
        return try await channel.eventLoop.submit { PeerCredentials.user(of: channel) ?? .max }.get()
    }
}
