import NIOCore

/// Whom the client socket lets in. Lives on the engine's event loop.
final class ClientDoor {
    /// Why a connection is not let in.
    struct Closed {
        let code: String
        let message: String
    }

    private let limit: Int
    private let group: UInt32?
    private var count = 0

    /// `limit` bounds the connections, so that clients leave descriptors for workers and the store.
    init(limit: Int, group: UInt32?) {
        self.limit = limit
        self.group = group
    }

    /// Lets a connection in, which ``leave()`` takes back, or says why not.
    func enter(_ channel: any Channel) -> Closed? {
        guard PeerCredentials.allow(channel, group: group) else {
            return Closed(
                code: "not_permitted",
                message: "this user is neither the daemon's own nor a member of the socket's group; adduser USER GROUP "
                    + "makes it one, from its next login on")
        }
        guard count < limit else {
            return Closed(
                code: "too_many_clients",
                message: "\(limit) clients are connected, and no more are let in; let them share connections, or raise "
                    + "LimitNOFILE= of the unit, of which clients get a quarter")
        }
        count += 1
        return nil
    }

    func leave() {
        count -= 1
    }
}
