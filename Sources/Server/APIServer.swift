import Engine
import Hummingbird
import HummingbirdCore
import JobModel
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP API on its Unix socket, each connection on one of the event loops.
///
/// Of Hummingbird it takes the router and the server, not the `Application` around them: that one wakes up every second
/// to renew the date of its answers, also when nobody asks.
package struct APIServer: Service {
    private let socket: SocketFile
    private let api: API
    private let loops: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable () -> Void

    /// `onListening` is called once the socket accepts connections.
    package init(
        engine: Engine, facts: DaemonFacts, time: TimeSource, trouble: StoreTrouble, requestIDs: RequestIDSource,
        reload: Reload, userName: @escaping @Sendable (UInt32) async -> String, socket: SocketFile,
        loops: any EventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable () -> Void
    ) {
        self.socket = socket
        self.api = API(
            engine: engine, facts: facts, time: time, trouble: trouble, requestIDs: requestIDs, reload: reload,
            userName: userName)
        self.loops = loops
        self.logger = logger
        self.onListening = onListening
    }

    package func run() async throws {
        let requestLogger = quiet(logger)
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [PeerCheck(group: socket.group, logger: logger)])
        let builder = HTTPServerBuilder { LoopChannel(HTTP1Channel(responder: $0, configuration: channel)) }
        let (restricted, isRestricted) = AsyncThrowingStream.makeStream(of: Void.self)
        let server = try builder.buildServer(
            configuration: .init(address: .unixDomainSocket(path: socket.path)), eventLoopGroup: loops,
            logger: requestLogger, responder: responder(logger: requestLogger)
        ) { _ in isRestricted.finish(throwing: listening()) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { isRestricted.finish() }
                try await server.run()
            }
            // A socket with the wrong owner or mode is no API: its error ends the server.
            tasks.addTask { for try await _ in restricted {} }
            // Not `waitForAll`, which would wait for the server even so.
            while try await tasks.next() != nil {}
        }
    }

    private func responder(logger: Logger) -> HTTPChannelHandler.Responder {
        let responder = api.router().buildResponder()
        let date = DateField()
        return { request, writer, channel in
            let context = APIContext(source: .init(channel: channel, logger: logger))
            var response = try await responder.respond(to: request, context: context)
            response.headers[.date] = date.current()
            response.headers[.server] = "jobsup"
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// Says what keeps the bound socket from being used.
    private func listening() -> (any Error)? {
        do throws(SocketFileError) {
            try socket.restrict()
            onListening()
            return nil
        } catch {
            return error
        }
    }

    /// The server's own lines about requests are for those who debug it.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }
}
