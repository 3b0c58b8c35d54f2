import Foundation
import NIOPosix
import Synchronization

/// A file or standard input, read piece by piece as the bytes come.
///
/// The reads have a thread of their own, for they wait as long as the producer likes. Whoever waits for one may be
/// cancelled; the thread then stays in its read until the process ends.
final class ByteSource: Sendable {
    /// Who waits for a read. The thread or a cancellation takes it out, whichever comes first, and resumes it.
    private final class Waiter: Sendable {
        private let continuation = Mutex<CheckedContinuation<[UInt8], any Error>?>(nil)

        func set(_ waiting: CheckedContinuation<[UInt8], any Error>) {
            continuation.withLock { $0 = waiting }
        }

        func resume(with result: Result<[UInt8], any Error>) {
            continuation.withLock { $0.take() }?.resume(with: result)
        }
    }

    /// `nil` when nobody knows, as for a pipe.
    let sizeBytes: Int?

    private let descriptor: CInt
    private let name: String
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private static let pieceBytes = 256 << 10

    /// Opens the file, or takes standard input when `path` is `nil`.
    init(path: String?) throws(Complaint) {
        name = path ?? "standard input"
        descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw Complaint("cannot read \(name): \(String(cString: strerror(errno)))", .wrongInput)
        }
        sizeBytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        thread.start()
    }

    /// The next bytes; none at the end.
    func next() async throws -> [UInt8] {
        let waiter = Waiter()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiter.set(continuation)
                thread.submit { _ in waiter.resume(with: Result { try self.readPiece() }) }
                // The handler below may have come too early to find anybody.
                if Task.isCancelled { waiter.resume(with: .failure(CancellationError())) }
            }
        } onCancel: {
            waiter.resume(with: .failure(CancellationError()))
        }
    }

    private func readPiece() throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
            repeat { count = read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
            guard count >= 0 else {
                count = 0
                throw Complaint("cannot read \(name): \(String(cString: strerror(errno)))", .wrongInput)
            }
        }
    }
}
