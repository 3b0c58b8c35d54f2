import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on a Unix socket in a directory of its own that answers each request as a test says.
final class SocketServer: Sendable {
    struct Reply: Sendable {
        var status = HTTPResponseStatus.ok
        var body = "{}"
    }

    /// What came in: `GET /api/status`, and with a body `POST /api/tasks {…}`.
    private final class Log: Sendable {
        let requests = Mutex<[String]>([])
    }

    let directory: String
    private let log: Log
    private let listener: any Channel

    var requests: [String] { log.requests.withLock { $0 } }

    /// Answers with what `reply` gives for a request; `nil` ends the connection.
    init(_ reply: @escaping @Sendable (String) -> Reply?) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path
        let log = Log()
        self.log = log
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log, reply: reply))
                }
            }
            .bind(unixDomainSocketPath: directory + "/api.sock").get()
    }

    func close() async throws {
        try await listener.close()
        try FileManager.default.removeItem(atPath: directory)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let reply: @Sendable (String) -> Reply?
        private var request = ""

        init(log: Log, reply: @escaping @Sendable (String) -> Reply?) {
            self.log = log
            self.reply = reply
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = "\(head.method) \(head.uri)"
            case .body(let body): request += " " + String(buffer: body)
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            log.requests.withLock { $0.append(request) }
            guard let reply = reply(request) else { return context.close(promise: nil) }
            let head = HTTPResponseHead(
                version: .http1_1, status: reply.status, headers: ["content-length": "\(reply.body.utf8.count)"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
