import JobModel
import JobStore
import Scaling
import Testing

@testable import Engine

/// What is kept of a person's wish, and of a decision.
@Suite struct ScaleOrderTests {
    private static let now = Timestamp(milliseconds: 1_700_000_000_500)

    private func manual(_ order: ScaleOrder) throws(Refusal) -> ManualScale? {
        try order.manual(current: 3, bounds: 1...8, pool: "mail", now: Self.now)
    }

    @Test(
        arguments: [
            (.to(5), 5), (.to(1), 1), (.to(8), 8), (.by(2), 5), (.by(-2), 1), (.by(0), 3),
        ] as [(ScaleRequest, Int)])
    func aNumberIsKeptWithItsUser(_ request: ScaleRequest, _ count: Int) throws {
        let kept = try manual(ScaleOrder(request, who: "anna"))
        #expect(kept == ManualScale(who: "anna", setting: .count(count)))
    }

    @Test func limitsAreKept() throws {
        for (minimum, maximum) in [(2, 4), (nil, 4), (2, nil), (3, 3)] as [(Int?, Int?)] {
            let kept = try manual(ScaleOrder(nil, minimum: minimum, maximum: maximum, who: "anna"))
            #expect(kept == ManualScale(who: "anna", setting: .range(minimum: minimum, maximum: maximum)))
        }
    }

    @Test func autoIsNothingToKeep() throws {
        #expect(try manual(ScaleOrder(.automatic, who: "anna")) == nil)
    }

    @Test func aTimeEndsOnTheWallClock() throws {
        let kept = try manual(ScaleOrder(.to(5), duration: .seconds(1800), who: "anna"))
        #expect(kept?.until == 1_700_001_800.5)
        #expect(kept?.isOver(at: 1_700_001_800.4) == false && kept?.isOver(at: 1_700_001_800.5) == true)
    }

    @Test(arguments: [
        (ScaleOrder(.to(9), who: "anna"), "pool 'mail' cannot have 9 processes: its bounds are 1 to 8"),
        (ScaleOrder(.to(0), who: "anna"), "pool 'mail' cannot have 0 processes: its bounds are 1 to 8"),
        (ScaleOrder(.by(6), who: "anna"), "pool 'mail' cannot have 9 processes: its bounds are 1 to 8"),
        (ScaleOrder(.by(-9), who: "anna"), "pool 'mail' cannot have 0 processes: its bounds are 1 to 8"),
        (ScaleOrder(nil, minimum: 0, who: "anna"), "pool 'mail' cannot have 0 processes: its bounds are 1 to 8"),
        (ScaleOrder(nil, maximum: 9, who: "anna"), "pool 'mail' cannot have 9 processes: its bounds are 1 to 8"),
        (
            ScaleOrder(nil, minimum: 5, maximum: 4, who: "anna"), "the least number, 5, is above the greatest, 4"
        ),
    ])
    func whatThePoolCannotHaveIsRefused(_ order: ScaleOrder, _ message: String) {
        let refusal = #expect(throws: Refusal.self) { try manual(order) }
        #expect(refusal?.code == "out_of_bounds" && refusal?.message == message)
    }

    @Test func whatIsKeptIsReadAgain() throws {
        for setting in [.count(4), .range(minimum: nil, maximum: 7)] as [ManualScale.Setting] {
            let manual = ManualScale(who: "anna", setting: setting, until: 1.5)
            #expect(ManualScale(text: try #require(manual.text)) == manual)
        }
        #expect(ManualScale(text: "{}") == nil && ManualScale(text: "") == nil)
    }

    @Test func aDecisionIsKeptWithItsFigures() throws {
        let decision = ScalingDecision(
            current: 2, wanted: 5, rule: .queueDepth,
            figures: [ScalingFigure(.depth, 240), ScalingFigure(.limit, 100)])
        let record = ScalingRecord(decision, pool: "mail", at: Self.now, who: "anna")
        #expect(record.reason == "2 → 5: 240 jobs wait (limit 100)" && record.rule == "queue_depth")
        #expect(record.figures == ["queue_depth": 240, "limit": 100])
        let entry = try #require(record.entry)
        #expect(entry.pool == "mail" && entry.at == Self.now)
        #expect(ScalingRecord(entry) == record)
        let unknown = PoolHistoryEntry(pool: "mail", at: Self.now, text: #"{"from":1}"#)
        #expect(ScalingRecord(unknown) == nil)
    }
}
