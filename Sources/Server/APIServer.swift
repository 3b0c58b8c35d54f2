import Engine
import Hummingbird
import JobModel
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP API on its Unix socket, all of it on one event loop.
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
        let socket = socket
        let onListening = onListening
        let logger = logger
        let application = Application(
            router: api.router(),
            server: .http1(
                configuration: .init(additionalChannelHandlers: [PeerCheck(group: socket.group, logger: logger)])),
            configuration: .init(address: .unixDomainSocket(path: socket.path), serverName: "jobsup"),
            onServerRunning: { _ in
                do {
                    try socket.restrict()
                    onListening()
                } catch {
                    logger.critical("cannot set up the API's socket: \(error)")
                }
            },
            eventLoopGroupProvider: .shared(loop), logger: quiet(logger))
        try await withTaskExecutorPreference(LoopExecutor(loop)) {
            try await application.run()
        }
    }

    /// The server's own lines about requests are for those who debug it.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }
}
