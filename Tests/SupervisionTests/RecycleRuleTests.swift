import SeededRandom
import Supervision
import Testing

@Suite struct RecycleRuleTests {
    private static let mebibyte = 1 << 20

    /// With limits drawn by `seed`.
    private func rule(_ policy: RecyclePolicy = RecyclePolicy(), seed: UInt64 = 1) -> RecycleRule {
        var random = SeededRandom(seed: seed)
        return RecycleRule(policy, using: &random)
    }

    @Test func limitsAreAtMostATenthBelowThePolicy() throws {
        var jobs: Set<Int> = []
        for seed in UInt64(0)..<2000 {
            let rule = rule(seed: seed)
            let jobLimit = try #require(rule.jobLimit)
            let timeLimit = try #require(rule.timeLimit)
            #expect((900...1000).contains(jobLimit), "seed \(seed)")
            #expect(timeLimit >= .seconds(4 * 3600) * 0.9 && timeLimit <= .seconds(4 * 3600), "seed \(seed)")
            jobs.insert(jobLimit)
        }
        #expect(jobs.count > 80, "workers that started together leave one after the other")
    }

    @Test(arguments: [1, 2, 3, 9, 10, 1_000_000_000])
    func smallAndLargeLimitsKeepTheirBounds(_ policy: Int) throws {
        for seed in UInt64(0)..<200 {
            let limit = try #require(rule(RecyclePolicy(afterJobs: policy), seed: seed).jobLimit)
            #expect(limit >= 1 && limit <= policy && Double(limit) >= Double(policy) * 0.9)
        }
    }

    @Test func withoutLimitsNothingIsFound() {
        var rule = rule(.none)
        #expect(rule.jobLimit == nil && rule.timeLimit == nil)
        #expect(rule.settled(.max) == nil)
        #expect(rule.lived(.seconds(1 << 40)) == nil)
        #expect(rule.measured(.max, jobLimit: nil) == nil)
        #expect(!RecyclePolicy.none.watchesMemory && RecyclePolicy().watchesMemory)
    }

    @Test func jobsAndTimeGiveTheirReasonOnce() throws {
        var rule = rule()
        let limit = try #require(rule.jobLimit)
        #expect(rule.settled(limit - 1) == nil)
        #expect(rule.settled(limit) == .jobs(limit))
        #expect(rule.settled(limit + 1) == nil)
        #expect(rule.lived(.seconds(1 << 30)) == nil, "it is on its way already")

        var other = self.rule()
        let time = try #require(other.timeLimit)
        #expect(other.lived(time - .milliseconds(1)) == nil)
        #expect(other.lived(time) == .age(time))
        #expect(other.lived(time * 2) == nil)
        #expect(other.settled(.max) == nil)
    }

    @Test func aWarningComesOnceAndBeforeTheSoftLimit() {
        var rule = rule()
        let limit = 512 * Self.mebibyte
        #expect(rule.measured(384 * Self.mebibyte, jobLimit: nil) == nil, "at three quarters, not above")
        #expect(rule.measured(385 * Self.mebibyte, jobLimit: nil) == .warning(bytes: 385 * Self.mebibyte, limit: limit))
        #expect(rule.measured(300 * Self.mebibyte, jobLimit: nil) == nil)
        #expect(rule.measured(400 * Self.mebibyte, jobLimit: nil) == nil)
        #expect(rule.measured(limit, jobLimit: nil) == nil)
        #expect(rule.measured(limit + 1, jobLimit: nil) == .recycle(.memory(bytes: limit + 1, limit: limit)))
        #expect(rule.measured(limit + 2, jobLimit: nil) == nil)
    }

    @Test func theHardLimitBeatsTheSoftOneAndIsSaidAgain() {
        var rule = rule()
        let hard = 1024 * Self.mebibyte
        for _ in 0..<2 {
            #expect(rule.measured(hard + 1, jobLimit: nil) == .stopNow(bytes: hard + 1, limit: hard))
        }
        // One that is recycled already may still outgrow it.
        var recycled = self.rule()
        #expect(recycled.settled(.max) != nil)
        #expect(recycled.measured(hard, jobLimit: nil) == nil)
        #expect(recycled.measured(hard + 1, jobLimit: nil) == .stopNow(bytes: hard + 1, limit: hard))
    }

    @Test func theHardLimitIsWarnedOfWhereThereIsNoSoftOne() {
        var rule = rule(RecyclePolicy(memorySoftBytes: nil, memoryHardBytes: 1000, memoryWarning: 0.5))
        #expect(rule.measured(500, jobLimit: nil) == nil)
        #expect(rule.measured(501, jobLimit: nil) == .warning(bytes: 501, limit: 1000))
        #expect(rule.measured(1001, jobLimit: nil) == .stopNow(bytes: 1001, limit: 1000))
    }

    @Test func aTypesLimitHoldsWhereItIsTheLower() {
        var rule = rule()
        let type = 100 * Self.mebibyte
        #expect(rule.measured(type, jobLimit: type) == .warning(bytes: type, limit: type))
        #expect(rule.measured(type, jobLimit: type) == nil)
        #expect(rule.measured(type + 1, jobLimit: type) == .stopNow(bytes: type + 1, limit: type))
        let hard = 1024 * Self.mebibyte
        #expect(rule.measured(hard + 1, jobLimit: hard * 2) == .stopNow(bytes: hard + 1, limit: hard))
        var free = self.rule(.none)
        #expect(free.measured(type + 1, jobLimit: type) == .stopNow(bytes: type + 1, limit: type))
    }

    /// Over any life: one reason at most, one warning at most and never after the reason, and the hard limit always.
    @Test func anyLifeHasOneReasonAndOneWarning() {
        for seed in UInt64(0)..<3000 {
            var random = SeededRandom(seed: seed)
            var rule = RecycleRule(
                RecyclePolicy(
                    afterJobs: random.chance(0.7) ? .random(in: 1...30, using: &random) : nil,
                    afterTime: random.chance(0.7) ? .seconds(.random(in: 1...30, using: &random)) : nil,
                    memorySoftBytes: random.chance(0.7) ? 500 : nil, memoryHardBytes: random.chance(0.7) ? 900 : nil),
                using: &random)
            var reasons = 0
            var warnings = 0
            for step in 1...40 {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: reasons += rule.settled(step) == nil ? 0 : 1
                case 1: reasons += rule.lived(.seconds(step)) == nil ? 0 : 1
                default:
                    let bytes = Int.random(in: 0...1000, using: &random)
                    let type = random.chance(0.3) ? 700 : nil
                    switch rule.measured(bytes, jobLimit: type) {
                    case .stopNow(_, let limit)?: #expect(bytes > limit && limit <= (type ?? 900), "seed \(seed)")
                    case .recycle?: reasons += 1
                    case .warning?:
                        #expect(reasons == 0, "seed \(seed)")
                        warnings += 1
                    case nil: #expect(type == nil || bytes <= 700, "seed \(seed)")
                    }
                }
            }
            #expect(reasons <= 1 && warnings <= 1, "seed \(seed)")
        }
    }
}
