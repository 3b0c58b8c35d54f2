import JobModel
import Scaling
import Supervision
import Testing

@testable import Engine

/// What is around each pool, taken from the counts of its queues.
@Suite struct ScalingSceneTests {
    private static let now = Timestamp(milliseconds: 60_000)

    private func counts(_ queue: String, queued: Int, processing: Int = 0, since seconds: Int64? = nil) -> QueueCounts {
        var counts = QueueCounts(queue: queue)
        (counts.pending, counts.queued, counts.processing) = (1000, queued, processing)
        counts.oldestQueuedAt = seconds.map { Timestamp(milliseconds: $0 * 1000) }
        return counts
    }

    private func scene(_ pools: [PretendedPool]) -> ScalingScene {
        ScalingScene(
            uptime: .seconds(5), now: Self.now, machine: .init(cpu: 0.5),
            counts: [
                counts("a", queued: 3, processing: 1, since: 50), counts("b", queued: 4, processing: 2, since: 20),
                counts("c", queued: 100, since: 1), counts("later", queued: 1, since: 61),
            ], pools: pools)
    }

    private func pool(_ name: String, _ queues: [String], attempts: Int = 0, kind: PoolSettings.Kind = .socket)
        -> PretendedPool
    {
        let pool = PretendedPool(name, kind: kind, queues: queues)
        pool.now.attempts = attempts
        return pool
    }

    @Test func aPoolSeesItsQueuesTogether() {
        let pool = pool("p", ["a", "b", "nobody put a job here"])
        let around = scene([pool]).around(pool)
        #expect(around.queue == .init(depth: 7, oldestAge: .seconds(40)))
        #expect(around.uptime == .seconds(5) && around.machine.cpu == 0.5)
        #expect(around.everAble == 10)
    }

    @Test func whatOthersTookOfTheSameQueuesHadComeToo() {
        let mine = pool("mine", ["a", "b"], attempts: 5)
        let sharing = pool("sharing", ["b", "c"], attempts: 20)
        let other = pool("other", ["c"], attempts: 300)
        let scene = scene([mine, sharing, other])
        #expect(scene.around(mine).everAble == 10 + 25)
        #expect(scene.around(other).everAble == 100 + 320)
    }

    @Test func emptyQueuesHaveNoAge() {
        let pool = pool("p", ["empty"])
        #expect(scene([pool]).around(pool).queue == .init(depth: 0, oldestAge: .zero))
        // Clocks may be set back.
        let early = self.pool("early", ["later"])
        #expect(scene([early]).around(early).queue == .init(depth: 1, oldestAge: .zero))
    }

    @Test func nobodyKnowsWhatWaitsForAService() {
        let service = pool("s", [], attempts: 9, kind: .service)
        let around = scene([service]).around(service)
        #expect(around.queue == nil && around.everAble == 0)
    }

    @Test func aTwentiethMayBeAbove() {
        #expect([Int]().percentile95 == nil && [7].percentile95 == 7)
        #expect(Array(1...20).percentile95 == 19 && Array(1...100).reversed().percentile95 == 95)
        #expect([1, 1000].percentile95 == 1000)
    }
}
