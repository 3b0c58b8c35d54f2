import NIOCore
import NIOPosix
import WorkerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The daemon's end of a Unix socket, played by a test.
package final class DaemonPeer: Sendable {
    package let path: String
    private let directory: URL
    private let listener: any Channel
    private let connections: AsyncStream<PeerConnection>

    /// Listens in a directory of its own.
    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appending(path: "peer.sock").path
        let (connections, accepted) = AsyncStream.makeStream(of: PeerConnection.self)
        self.connections = connections
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (frames, received) = AsyncStream.makeStream(of: Frame.self)
                    try channel.pipeline.syncOperations.addHandler(PeerHandler(received: received))
                    accepted.yield(PeerConnection(channel: channel, frames: frames))
                }
            }
            .bind(unixDomainSocketPath: path).get()
    }

    /// The next connection.
    package func accept() async throws -> PeerConnection {
        guard let connection = await connections.first(where: { _ in true }) else { throw CancellationError() }
        return connection
    }

    /// Ends the listening; connections stay.
    package func close() async throws {
        try await listener.close()
        try FileManager.default.removeItem(at: directory)
    }
}

/// One connection to a ``DaemonPeer``.
package final class PeerConnection: Sendable {
    private let channel: any Channel
    private let frames: AsyncStream<Frame>

    init(channel: any Channel, frames: AsyncStream<Frame>) {
        self.channel = channel
        self.frames = frames
    }

    /// The next frame; `nil` when the other side has closed.
    package func next() async throws -> Message? {
        guard let frame = await frames.first(where: { _ in true }) else { return nil }
        return try Message(frame)
    }

    package func send(_ messages: Message...) {
        var buffer = ByteBuffer()
        for message in messages { message.encode(into: &buffer) }
        send(bytes: buffer)
    }

    package func send(bytes: ByteBuffer) {
        channel.writeAndFlush(bytes, promise: nil)
    }

    package func close() async throws {
        try await channel.close()
    }
}

private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: AsyncStream<Frame>.Continuation
    private var decoder = FrameDecoder(maxFrameBytes: 64 << 20)

    init(received: AsyncStream<Frame>.Continuation) {
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { received.yield(frame) }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        received.finish()
    }
}
