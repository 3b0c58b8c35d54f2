import NIOCore
import ProcessHost

/// Has the memory of all workers measured, in one sweep for all of them. Lives on the engine's event loop.
///
/// There is no event for "a process has grown" without a control group, so this is a clock: slow while everybody is far from
/// their limits, quick when somebody comes near, silent when there is nobody to watch.
final class MemoryWatch {
    private static let slow: Duration = .seconds(5)
    private static let quick: Duration = .seconds(1)

    private let context: EngineContext
    private let pools: () -> [any WorkerPool]
    private var timer: Scheduled<Void>?
    private var isMeasuring = false

    init(context: EngineContext, pools: @escaping () -> [any WorkerPool]) {
        self.context = context
        self.pools = pools
    }

    /// To be called when workers were started.
    func wake() {
        guard timer == nil, !isMeasuring else { return }
        // Soon, for a program that takes all it can get at once.
        arm(after: Self.quick)
    }

    private func arm(after delay: Duration) {
        timer = context.schedule(at: context.time.uptime() + delay) {
            self.timer = nil
            self.measure()
        }
    }

    private func measure() {
        guard pools().contains(where: \.wantsMeasuring) else { return }
        isMeasuring = true
        let me = NIOLoopBound(self, eventLoop: context.loop)
        let loop = context.loop
        context.host.measureMemory { readings in
            loop.execute { me.value.measured(readings) }
        }
    }

    private func measured(_ readings: [MemoryReading]) {
        isMeasuring = false
        var bytes: [UInt64: Int] = [:]
        bytes.reserveCapacity(readings.count)
        for reading in readings { bytes[reading.handleID] = reading.bytes }
        for pool in pools() { pool.measured(bytes) }
        arm(after: pools().contains(where: \.isNearMemoryLimit) ? Self.quick : Self.slow)
    }
}
