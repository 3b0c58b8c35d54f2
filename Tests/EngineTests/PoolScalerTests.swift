import JobModel
import Scaling
import Testing

@testable import Engine

/// What is seen of a pool, and who decides how many workers it has.
@Suite struct PoolScalerTests {
    private typealias Surroundings = ScalingScene.Surroundings

    private let now = Timestamp(milliseconds: 1_000_000)
    private let pool = PretendedPool()

    /// Grows by one as soon as three jobs wait.
    private static func thresholds(cooldown: Duration = .zero) throws -> PoolScaling {
        PoolScaling(
            .thresholds(
                try ThresholdSettings(
                    queueDepth: .init(up: 2, down: 1), upCooldown: cooldown, downCooldown: cooldown)))
    }

    private func around(
        _ seconds: Double, depth: Int? = 0, oldest: Duration = .zero, arrived: Int = 0
    ) -> Surroundings {
        Surroundings(
            uptime: .seconds(seconds), machine: .init(cpu: 0.1, memory: 0.1),
            queue: depth.map { .init(depth: $0, oldestAge: oldest) }, arrived: arrived)
    }

    private func held(_ count: Int, until: Double? = nil) -> ManualScale {
        ManualScale(who: "anna", setting: .count(count), until: until)
    }

    private func limits(_ minimum: Int?, _ maximum: Int?) -> ManualScale {
        ManualScale(who: "anna", setting: .range(minimum: minimum, maximum: maximum))
    }

    // MARK: Seeing

    @Test func aPoolBeginsWithWhatIsConfiguredOrSet() {
        for (manual, wanted) in [
            (nil, 2), (held(5), 5), (held(0), 1), (held(99), 8), (limits(4, nil), 4), (limits(nil, 1), 1),
            (limits(3, 5), 3), (limits(20, nil), 8),
        ] {
            #expect(PoolScaler(pool, nil, manual).initialWanted == wanted, "\(String(describing: manual))")
        }
    }

    @Test func whatIsSeenIsThePoolsOwn() throws {
        let pool = PretendedPool(processes: 3, bounds: 1...8, concurrency: 4)
        pool.now.workers = .init(starting: 1, idle: 2, busy: 3, leaving: 4)
        (pool.now.running, pool.now.attempts, pool.now.busySeconds) = (7, 11, 2.5)
        (pool.now.workerBytes, pool.now.bootTime) = (1 << 20, .milliseconds(300))
        let seen = PoolScaler(pool, nil, nil).observe(around(50, depth: 6, oldest: .seconds(2)))
        #expect(seen.time == .seconds(50) && seen.workers == pool.now.workers && seen.slotsPerWorker == 4)
        #expect(seen.running == 7 && seen.wanted == 3 && seen.range == 1...8)
        #expect(seen.queue == .init(depth: 6, oldestAge: .seconds(2)))
        #expect(seen.totals == .init(arrivals: 0, completions: 11, busySeconds: 2.5))
        #expect(seen.workerBytes == 1 << 20 && seen.bootTime == .milliseconds(300))
        // A start that nobody has measured is taken for 5 s.
        #expect(PoolScaler(self.pool, nil, nil).observe(around(0)).bootTime == .seconds(5))
    }

    @Test func jobsThatWaitInAWorkerAreWaiting() {
        pool.now.waiting = 3
        let scaler = PoolScaler(pool, nil, nil)
        #expect(scaler.observe(around(0, depth: 2)).queue?.depth == 5)
        #expect(scaler.observe(around(1, depth: nil)).queue == nil)
    }

    @Test func noJobHasWaitedLongerThanSinceNoneDid() {
        let scaler = PoolScaler(pool, nil, nil)
        _ = scaler.observe(around(10))
        // It was enqueued a minute ago, and became due just now.
        #expect(scaler.observe(around(13, depth: 1, oldest: .seconds(60))).queue?.oldestAge == .seconds(3))
        #expect(scaler.observe(around(14, depth: 1, oldest: .seconds(2))).queue?.oldestAge == .seconds(2))
    }

    @Test func arrivalsAreCountedFromTheFirstLook() {
        let scaler = PoolScaler(pool, nil, nil)
        let arrivals = [100, 107, 110].map { scaler.observe(around(0, arrived: $0)).totals.arrivals }
        #expect(arrivals == [0, 7, 10])
        // What had come into a queue before the pool served it is nothing that comes now.
        pool.settings.queues = ["q", "another"]
        #expect([5000, 5001].map { scaler.observe(around(0, arrived: $0)).totals.arrivals } == [10, 11])
    }

    @Test func aPersonsLimitsWinWithinThePools() {
        for (manual, range) in [
            (limits(2, 4), 2...4), (limits(nil, 4), 1...4), (limits(3, nil), 3...8), (limits(0, 99), 1...8),
            (held(5), 1...8),
        ] {
            #expect(PoolScaler(pool, nil, manual).observe(around(0)).range == range)
        }
    }

    // MARK: Deciding

    @Test func withoutAPolicyTheConfigurationDecides() {
        let scaler = PoolScaler(pool, nil, nil)
        let decision = scaler.decide(scaler.observe(around(0, depth: 1000)))
        #expect(decision.wanted == pool.settings.processes && decision.rule == .configured)
        #expect(!pool.isScaled)
    }

    @Test func thePolicyDecidesUnlessAPersonHas() throws {
        let scaler = PoolScaler(pool, try Self.thresholds(), nil)
        #expect(pool.isScaled)
        let grown = scaler.decide(scaler.observe(around(0, depth: 3)))
        #expect(grown.wanted == 3 && grown.rule == .queueDepth)
        scaler.set(held(7))
        let byHand = scaler.decide(scaler.observe(around(1, depth: 3)))
        #expect(byHand.wanted == 7 && byHand.rule == .manual && pool.isScaled && scaler.isHeldByHand)
        scaler.set(limits(nil, 2))
        let limited = scaler.decide(scaler.observe(around(2, depth: 3)))
        #expect(limited.wanted == 2 && limited.rule == .maximum && !scaler.isHeldByHand)
    }

    @Test func aNumberThatTheBoundsDoNotAllowAnyMoreIsHeldAtThem() {
        pool.wanted = 6
        pool.settings.bounds = 1...3
        let scaler = PoolScaler(pool, nil, held(6))
        let decision = scaler.decide(scaler.observe(around(0)))
        #expect(decision.wanted == 3 && decision.rule == .maximum)
        pool.wanted = 3
        #expect(scaler.decide(scaler.observe(around(1))).isUp == false)
    }

    @Test func limitsByHandHoldAlsoWithoutAPolicy() {
        let scaler = PoolScaler(pool, nil, limits(4, nil))
        #expect(scaler.decide(scaler.observe(around(0))).wanted == 4)
    }

    @Test func askingLeavesNoTrace() throws {
        let scaler = PoolScaler(pool, try Self.thresholds(cooldown: .seconds(60)), nil)
        let seen = scaler.observe(around(100, depth: 3))
        for _ in 0..<3 {
            #expect(scaler.wouldDecide(seen, nil).wanted == 3)
            #expect(scaler.wouldDecide(seen, held(6)).rule == .manual)
            #expect(scaler.wouldDecide(seen, limits(5, nil)).wanted == 5)
        }
        #expect(scaler.decide(seen).wanted == 3)
    }

    @Test func autoWithoutAPolicyIsTheConfiguredNumber() {
        pool.wanted = 6
        let scaler = PoolScaler(pool, nil, held(6))
        let decision = scaler.wouldDecide(scaler.observe(around(0)), nil)
        #expect(decision.current == 6 && decision.wanted == 2 && decision.rule == .configured)
    }

    @Test func whatAPolicyLeavesIsKeptUntilTheConfigurationSaysOtherwise() throws {
        let scaler = PoolScaler(pool, try Self.thresholds(), nil)
        pool.wanted = 6
        scaler.adopt(nil)
        func wanted() -> Int { scaler.decide(scaler.observe(around(0))).wanted }
        #expect(wanted() == 6)
        pool.settings.processes = 3
        #expect(wanted() == 3)
        pool.settings.processes = 2
        #expect(wanted() == 6)
        // A person has said otherwise, and no longer does.
        scaler.set(held(4))
        scaler.set(nil)
        #expect(wanted() == 2)
    }

    @Test func aPolicyThatChangesBeginsAnew() throws {
        let cooling = try Self.thresholds(cooldown: .seconds(60))
        let scaler = PoolScaler(pool, cooling, nil)
        #expect(scaler.decide(scaler.observe(around(0, depth: 3))).wanted == 3)
        pool.wanted = 3
        #expect(scaler.decide(scaler.observe(around(1, depth: 3))).rule == .scaleUpCooldown)
        scaler.adopt(cooling)
        #expect(scaler.decide(scaler.observe(around(2, depth: 3))).rule == .scaleUpCooldown)
        scaler.adopt(try Self.thresholds(cooldown: .seconds(61)))
        #expect(scaler.decide(scaler.observe(around(3, depth: 3))).wanted == 4)
        scaler.adopt(nil)
        #expect(!pool.isScaled && scaler.decide(scaler.observe(around(4, depth: 3))).rule == .configured)
    }

    /// The clock stands still while nothing happens: it must come to the same as if it had not.
    @Test func aQuietTimeIsNotTakenForASlowRise() throws {
        func decision(lookingEvery step: Double) -> ScalingDecision? {
            let pool = PretendedPool()
            pool.now.workers = .init(idle: 2)
            let scaler = PoolScaler(pool, PoolScaling(.targetWait(TargetWaitSettings(target: .seconds(1)))), nil)
            for second in stride(from: 0, to: 600, by: step) {
                _ = scaler.decide(scaler.observe(around(second)))
            }
            return scaler.decide(scaler.observe(around(600, depth: 50, arrived: 50)))
        }
        let attentive = try #require(decision(lookingEvery: 1))
        #expect(attentive.isUp)
        let awakened = try #require(decision(lookingEvery: 1000))
        #expect(awakened.wanted == attentive.wanted && awakened.rule == attentive.rule)
    }

    // MARK: Telling and resting

    @Test func changesAreNewsAndHoldsAreOnce() {
        let scaler = PoolScaler(pool, nil, nil)
        func isNews(_ wanted: Int, _ rule: ScalingRule) -> Bool {
            scaler.isNews(ScalingDecision(current: 2, wanted: wanted, rule: rule))
        }
        let told = [
            isNews(2, .steady), isNews(3, .queueDepth), isNews(4, .queueDepth), isNews(2, .scaleUpCooldown),
            isNews(2, .maximum), isNews(2, .maximum), isNews(2, .pressure), isNews(2, .pressure), isNews(2, .steady),
            isNews(2, .pressure), isNews(1, .allLow), isNews(2, .pressure),
        ]
        #expect(told == [false, true, true, false, true, false, true, false, false, true, true, true])
    }

    @Test func aPoolRestsWithoutWorkAndAtItsLeast() throws {
        let scaler = PoolScaler(pool, try Self.thresholds(), nil)
        func isQuiet(depth: Int? = 0) -> Bool { scaler.isQuiet(scaler.observe(around(0, depth: depth))) }
        #expect(!isQuiet(), "one could leave")
        pool.wanted = 1
        #expect(isQuiet())
        #expect(!isQuiet(depth: 1) && !isQuiet(depth: nil))
        pool.now.running = 1
        #expect(!isQuiet())
        pool.now = PoolReading()
        pool.now.workers.starting = 1
        #expect(!isQuiet())
        pool.now = PoolReading()
        pool.wanted = 5
        scaler.set(held(5))
        #expect(isQuiet(), "nobody leaves a pool that is held")
        #expect(PoolScaler(PretendedPool(processes: 5), nil, nil).isQuiet(scaler.observe(around(0, depth: 9))))
    }
}
