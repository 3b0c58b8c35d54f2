import Engine
import Hummingbird
import HummingbirdCore
import JobModel
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP API on its Unix socket, all of it on one event loop.
///
/// Of Hummingbird it takes the router and the server, not the `Application` around them: that one wakes up every second
/// to renew the date of its answers, also when nobody asks.
package struct APIServer: Service {
    private let socket: SocketFile
    private let api: API
    private let loop: any EventLoop
    private let logger: Logger
    private let onListening: @Sendable () -> Void

    /// `onListening` is called once the socket accepts connections.
    package init(
        engine: Engine, facts: DaemonFacts, time: TimeSource, trouble: StoreTrouble, socket: SocketFile,
        loop: any EventLoop, logger: Logger, onListening: @escaping @Sendable () -> Void
    ) {
        self.socket = socket
        self.api = API(engine: engine, facts: facts, time: time, trouble: trouble)
        self.loop = loop
        self.logger = logger
        self.onListening = onListening
    }

    package func run() async throws {
        let requestLogger = quiet(logger)
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [PeerCheck(group: socket.group, logger: logger)])
        let server = try HTTPServerBuilder.http1(configuration: channel).buildServer(
            configuration: .init(address: .unixDomainSocket(path: socket.path)), eventLoopGroup: loop,
            logger: requestLogger, responder: responder(logger: requestLogger)
        ) { _ in listening() }
        try await withTaskExecutorPreference(LoopExecutor(loop)) {
            try await server.run()
        }
    }

    private func responder(logger: Logger) -> HTTPChannelHandler.Responder {
        let responder = api.router().buildResponder()
        let date = DateField()
        return { request, writer, channel in
            let context = BasicRequestContext(source: .init(channel: channel, logger: logger))
            var response = try await responder.respond(to: request, context: context)
            response.headers[.date] = date.current()
            response.headers[.server] = "jobsup"
            try await writer.write(response: response.head, body: response.body)
        }
    }

    private func listening() {
        do {
            try socket.restrict()
            onListening()
        } catch {
            logger.critical("cannot set up the API's socket: \(error)")
        }
    }

    /// The server's own lines about requests are for those who debug it.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }
}
