import JobModel
import JobStore
import NIOCore
import ProcessHost

/// What every part of the engine works with. Lives on the engine's event loop.
final class EngineContext {
    let loop: any EventLoop
    let time: TimeSource
    let store: any JobStore
    let host: ProcessHost
    let settler: Settler
    let limits: EngineLimits
    let emit: @Sendable (EngineEvent) -> Void
    /// The socket that workers connect to.
    let workerSocketPath: String
    /// Where all sockets are, for workers that enqueue jobs themselves.
    let runtimeDirectory: String
    var random: any RandomNumberGenerator
    /// What the workers of a job type may have of memory while they run one.
    var memoryLimit: (String) -> Int? = { _ in nil }
    /// Wakes the dispatcher: a worker has room.
    var pump: () -> Void = {}
    /// Whether any job type has a limit of memory.
    var limitsMemoryByType: () -> Bool = { false }
    /// Whether the pools have a budget of memory together.
    var budgetsMemory: () -> Bool = { false }
    /// What workers take of memory is known better than before.
    var measured: () -> Void = {}
    /// Set before the first job is handed out.
    var memoryGate = MemoryGate(expected: { _ in nil }, available: { nil })
    /// A process is being started.
    var started: () -> Void = {}
    /// A process ended, which may have been the last one.
    var processEnded: () -> Void = {}
    /// Workers that have not said HELLO yet, by their token.
    var expected: [String: (ResidentPool, Worker)] = [:]
    let progress = ProgressBoard()

    init(
        loop: any EventLoop, time: TimeSource, store: any JobStore, host: ProcessHost, settler: Settler,
        limits: EngineLimits, workerSocketPath: String, random: any RandomNumberGenerator,
        emit: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.loop = loop
        self.time = time
        self.store = store
        self.host = host
        self.settler = settler
        self.limits = limits
        self.workerSocketPath = workerSocketPath
        runtimeDirectory = workerSocketPath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        self.random = random
        self.emit = emit
    }

    /// Calls `body` on the loop at an instant of the monotonic clock.
    func schedule(at instant: Duration, _ body: @escaping () -> Void) -> Scheduled<Void> {
        let delay = max(.zero, instant - time.uptime())
        return loop.assumeIsolated().scheduleTask(in: TimeAmount(delay), body)
    }

    private var serials: [String: Int] = [:]

    /// Numbers a pool's workers. A pool that is made anew goes on where the one before, which may still have some, has ended.
    func nextSerial(of pool: String) -> Int {
        serials[pool, default: 0] += 1
        return serials[pool] ?? 0
    }

    private var numbers = 0

    /// A number that nobody else gets from here.
    func nextNumber() -> Int {
        numbers += 1
        return numbers
    }

    /// 128 random bits in hexadecimal.
    func makeToken() -> String {
        (0..<2).map { _ in
            let word = random.next()
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// The limits on what passes through.
package struct EngineLimits: Sendable {
    package var payloadBytes: Int
    package var resultBytes: Int

    package init(payloadBytes: Int, resultBytes: Int) {
        self.payloadBytes = payloadBytes
        self.resultBytes = resultBytes
    }

    /// The largest frame: the larger of payload and result, with room for the fields around it.
    var frameBytes: Int { payloadFrameBytes + 64 * 1024 }

    /// The largest payload that a frame has room for.
    var payloadFrameBytes: Int { max(payloadBytes, resultBytes) }
}
