import SeededRandom
import Supervision
import Testing

@Suite struct PoolHealthTests {
    private func degraded(at now: Duration = .zero) -> PoolHealth {
        var health = PoolHealth(RestartPolicy(burst: .init(1, per: .seconds(60))))
        #expect(health.death(at: now, jobs: [], wanted: 1) == true)
        return health
    }

    @Test(arguments: [(1, 10), (5, 10), (6, 12), (50, 100)])
    func theBurstFitsThePoolsSize(_ wanted: Int, _ limit: Int) {
        var health = PoolHealth(RestartPolicy())
        for death in 1...limit {
            let became = health.death(at: .seconds(death) / 10, jobs: [], wanted: wanted)
            #expect(became == (death == limit))
        }
        #expect(health.state == .degraded(why: "\(limit) workers died within 1 min"))
    }

    @Test(arguments: [(1, 30), (5, 30), (6, 36)])
    func soDoesTheSustainedRate(_ wanted: Int, _ limit: Int) {
        var health = PoolHealth(RestartPolicy())
        // Too few in each minute for the burst.
        for death in 1...limit {
            #expect(health.death(at: .seconds(death * 15), jobs: [], wanted: wanted) == (death == limit))
        }
        #expect(health.state == .degraded(why: "\(limit) workers died within 10 min"))
    }

    @Test func whatIsLongAgoDoesNotCount() {
        var health = PoolHealth(
            RestartPolicy(burst: .init(3, per: .seconds(10)), sustained: .init(100, per: .seconds(60))))
        for death in 0..<20 { #expect(health.death(at: .seconds(death * 6), jobs: [], wanted: 1) == false) }
        #expect(health.death(at: .seconds(120), jobs: [], wanted: 1) == false)
        #expect(health.death(at: .seconds(121), jobs: [], wanted: 1) == true)
    }

    @Test func fiveDifferentJobsSayThatTheProgramIsBroken() {
        var health = PoolHealth(RestartPolicy())
        for _ in 0..<9 {
            #expect(health.death(at: .zero, jobs: [7], wanted: 100) == false, "one job is no more than itself")
        }
        #expect(health.death(at: .zero, jobs: [1, 2, 3], wanted: 100) == false)
        #expect(!health.hasProof)
        #expect(health.death(at: .zero, jobs: [4], wanted: 100) == true)
        guard case .degraded(let why) = health.state else { return #expect(Bool(false), "it is degraded") }
        #expect(why.hasPrefix("5 different jobs took their workers down"))
    }

    @Test func whoOnlyAsksForTheNextStartTakesNobodysTurn() {
        var health = PoolHealth(RestartPolicy(burst: .init(1, per: .seconds(60))))
        #expect(health.earliestStart(at: .seconds(5)) == .seconds(5))
        #expect(health.death(at: .seconds(10), jobs: [], wanted: 1) == true)
        #expect(health.earliestStart(at: .seconds(20)) == .seconds(70))
        #expect(health.earliestStart(at: .seconds(80)) == .seconds(80))
        #expect(health.start(at: .seconds(80)) == .seconds(80))
        #expect(health.earliestStart(at: .seconds(80)) == .seconds(140))
        health.hold(why: "")
        #expect(health.earliestStart(at: .seconds(200)) == nil)
    }

    @Test func aCompletionIsProof() {
        var health = PoolHealth(RestartPolicy())
        for round in Int64(0)..<3 {
            #expect(
                health.death(at: .seconds(round * 1000), jobs: [round, round + 10, round + 20, round + 30], wanted: 9)
                    == false)
            #expect(!health.hasProof)
            health.completedJob()
            #expect(health.hasProof)
        }
    }

    @Test func deathsAreNoLessForACompletion() {
        var health = PoolHealth(RestartPolicy(burst: .init(2, per: .seconds(60))))
        #expect(health.death(at: .zero, jobs: [], wanted: 1) == false)
        health.completedJob()
        #expect(health.death(at: .seconds(1), jobs: [], wanted: 1) == true)
    }

    @Test func aJobIsExcusedOnceWhenOthersCrashToo() {
        var health = PoolHealth(RestartPolicy())
        for _ in 0..<3 { _ = health.death(at: .zero, jobs: [1], wanted: 9) }
        #expect(health.excuses(job: 1) == false, "it alone")
        _ = health.death(at: .zero, jobs: [2], wanted: 9)
        #expect(health.excuses(job: 1) == true)
        #expect(health.excuses(job: 1) == false, "once")
        #expect(health.excuses(job: 2) == true)
        health.completedJob()
        _ = health.death(at: .zero, jobs: [1], wanted: 9)
        #expect(health.excuses(job: 1) == false, "the program works")
        _ = health.death(at: .zero, jobs: [2], wanted: 9)
        #expect(health.excuses(job: 1) == true, "in doubt again")
    }

    @Test func aDegradedPoolHasOneCanaryAMinute() {
        var health = degraded(at: .seconds(5))
        #expect(health.start(at: .seconds(5)) == .seconds(65))
        #expect(health.start(at: .seconds(64)) == .seconds(65), "asking costs nothing")
        #expect(health.start(at: .seconds(65)) == .seconds(65), "the canary")
        #expect(health.start(at: .seconds(65)) == .seconds(125), "all others wait for the next")
        #expect(health.start(at: .seconds(500)) == .seconds(500))
        #expect(health.start(at: .seconds(501)) == .seconds(560))
    }

    @Test func aDegradedPoolIsNotDegradedAgain() {
        var health = degraded()
        let why = health.state
        for second in 1..<200 { #expect(health.death(at: .seconds(second), jobs: [Int64(second)], wanted: 1) == false) }
        #expect(health.state == why)
        #expect(health.start(at: .seconds(60)) == .seconds(60))
    }

    @Test func recoveryForgetsAll() {
        var health = degraded()
        #expect(health.death(at: .zero, jobs: [1, 2, 3, 4], wanted: 1) == false)
        #expect(!health.hasProof)
        #expect(health.recover() == true)
        #expect(health.recover() == false)
        #expect(health.state == .healthy && health.hasProof)
        #expect(health.start(at: .seconds(1)) == .seconds(1))
        #expect(health.death(at: .seconds(2), jobs: [], wanted: 1) == true, "the policy is the same")
    }

    @Test func aHeldPoolStartsNothingUntilSomebodySaysSo() {
        var health = PoolHealth(RestartPolicy())
        health.hold(why: "because")
        #expect(health.isHeld && !health.isDegraded && health.state == .held(why: "because"))
        for hour in 0..<1000 {
            #expect(health.start(at: .seconds(hour * 3600)) == nil)
            #expect(health.death(at: .seconds(hour * 3600), jobs: [Int64(hour)], wanted: 1) == false)
        }
        #expect(health.recover() == true)
        #expect(health.start(at: .zero) == .zero)
        var canary = degraded()
        canary.hold(why: "the canary asked for it")
        #expect(canary.start(at: .seconds(600)) == nil)
    }

    /// Places that die and are filled in any order, as a pool does it: the wait of the backoff, then that of the pool's
    /// health. However they die, the pool's next start is at most a minute after the last death, unless it is held.
    @Test func noPoolIsEverGivenUp() {
        for seed in UInt64(0)..<1000 {
            var random = SeededRandom(seed: seed)
            var pool = DyingPool(places: .random(in: 1...8, using: &random))
            for _ in 0..<200 { pool.step(using: &random) }
            #expect(pool.broken == nil, "seed \(seed)")
        }
    }
}

/// A pool whose workers do nothing but die.
private struct DyingPool {
    /// When each place starts its next worker; `nil` while it has one.
    private var due: [Duration?]
    private var backoffs: [RestartBackoff]
    private var health = PoolHealth(RestartPolicy())
    private var now = Duration.zero
    private var canaries: [Duration] = []
    private(set) var broken: String?

    init(places: Int) {
        due = Array(repeating: nil, count: places)
        backoffs = Array(repeating: RestartBackoff(), count: places)
    }

    mutating func step(using random: inout SeededRandom) {
        let running = due.indices.filter { due[$0] == nil }
        if let place = running.randomElement(using: &random), random.chance(0.6) {
            now += .milliseconds(.random(in: 0...3000, using: &random))
            die(place, using: &random)
        } else if let next = due.compactMap(\.self).min() {
            now = max(now, next)
            fill(using: &random)
        }
        if random.chance(0.02), health.recover() { canaries = [] }
        if let next = due.compactMap(\.self).min(), running.isEmpty, next > now + .seconds(60) {
            broken = broken ?? "at \(now) the next start is at \(next)"
        }
    }

    private mutating func die(_ place: Int, using random: inout SeededRandom) {
        let job = Int64.random(in: 0..<20, using: &random)
        _ = health.death(at: now, jobs: random.chance(0.3) ? [job] : [], wanted: due.count)
        if random.chance(0.3) { health.completedJob() }
        due[place] = now + backoffs[place].death(using: &random)
    }

    private mutating func fill(using random: inout SeededRandom) {
        for place in due.indices where due[place].map({ $0 <= now }) ?? false {
            guard let start = health.start(at: now) else {
                broken = broken ?? "it is held, and nobody asked for it"
                return
            }
            if start > now + PoolHealth.canaryInterval { broken = broken ?? "it waits from \(now) to \(start)" }
            due[place] = start <= now ? nil : start
            guard start <= now, health.isDegraded else { continue }
            if let last = canaries.last, now < last + PoolHealth.canaryInterval {
                broken = broken ?? "two canaries within a minute: \(last) and \(now)"
            }
            canaries.append(now)
        }
    }
}
