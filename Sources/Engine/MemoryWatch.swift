import NIOCore
import ProcessHost

/// Has the memory of all workers measured, in one sweep for all of them. Lives on the engine's event loop.
///
/// There is no event for "a process has grown" without a control group, so this is a clock: slow while everybody is far from
/// their limits, quick when somebody comes near, silent when there is nobody to watch.
final class MemoryWatch {
    private let context: EngineContext
    private let pools: () -> [any WorkerPool]
    private var timer: Scheduled<Void>?
    private var clock = MeasuringClock()

    init(context: EngineContext, pools: @escaping () -> [any WorkerPool]) {
        self.context = context
        self.pools = pools
    }

    /// To be called when workers were started.
    func wake() {
        if clock.wake(at: context.time.uptime()) { arm() }
    }

    private func arm() {
        timer?.cancel()
        timer = clock.next.map { instant in context.schedule(at: instant) { self.measure() } }
    }

    private func measure() {
        let isWanted = pools().contains(where: \.wantsMeasuring)
        clock.begin(isWanted: isWanted)
        guard isWanted else { return }
        let me = NIOLoopBound(self, eventLoop: context.loop)
        let loop = context.loop
        context.host.measureMemory { readings in
            loop.execute { me.value.measured(readings) }
        }
    }

    private func measured(_ readings: [MemoryReading]) {
        var bytes: [UInt64: Int] = [:]
        bytes.reserveCapacity(readings.count)
        for reading in readings { bytes[reading.handleID] = reading.bytes }
        for pool in pools() { pool.measured(bytes) }
        if context.budgetsMemory() { context.measured() }
        clock.end(at: context.time.uptime(), isNearLimit: pools().contains(where: \.isNearMemoryLimit))
        arm()
    }
}
