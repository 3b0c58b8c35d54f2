import JobModel
import Scaling
import Supervision
import Testing

@testable import Engine

/// What is around each pool, taken from the counts of its queues.
@Suite struct ScalingSceneTests {
    private static let now = Timestamp(milliseconds: 60_000)

    private func counts(
        _ queue: String, queued: Int, processing: Int = 0, arrived: Int = 0, since seconds: Int64? = nil
    ) -> QueueCounts {
        var counts = QueueCounts(queue: queue)
        counts.arrived = arrived
        (counts.pending, counts.queued, counts.processing) = (1000, queued, processing)
        counts.oldestQueuedAt = seconds.map { Timestamp(milliseconds: $0 * 1000) }
        return counts
    }

    private func scene() -> ScalingScene {
        ScalingScene(
            uptime: .seconds(5), now: Self.now, machine: .init(cpu: 0.5),
            counts: [
                counts("a", queued: 3, processing: 1, arrived: 30, since: 50),
                counts("b", queued: 4, processing: 2, arrived: 400, since: 20),
                counts("c", queued: 100, arrived: 5000, since: 1), counts("later", queued: 1, since: 61),
            ])
    }

    private func pool(_ queues: [String], kind: PoolSettings.Kind = .socket) -> PretendedPool {
        PretendedPool("p", kind: kind, queues: queues)
    }

    @Test func aPoolSeesItsQueuesTogether() {
        let around = scene().around(pool(["a", "b", "nobody put a job here"]))
        #expect(around.queue == .init(depth: 7, oldestAge: .seconds(40)))
        #expect(around.uptime == .seconds(5) && around.machine.cpu == 0.5)
        #expect(around.arrived == 430)
    }

    @Test func emptyQueuesHaveNoAge() {
        #expect(scene().around(pool(["empty"])).queue == .init(depth: 0, oldestAge: .zero))
        // Clocks may be set back.
        #expect(scene().around(pool(["later"])).queue == .init(depth: 1, oldestAge: .zero))
    }

    @Test func nobodyKnowsWhatWaitsForAService() {
        let around = scene().around(pool([], kind: .service))
        #expect(around.queue == nil && around.arrived == 0)
    }

    @Test func aTwentiethMayBeAbove() {
        #expect([Int]().percentile95 == nil && [7].percentile95 == 7)
        #expect(Array(1...20).percentile95 == 19 && Array(1...100).reversed().percentile95 == 95)
        #expect([1, 1000].percentile95 == 1000)
    }
}
