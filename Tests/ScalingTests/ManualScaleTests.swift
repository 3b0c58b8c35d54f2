import Foundation
import Scaling
import Testing

@Suite struct ManualScaleTests {
    @Test(arguments: [
        ("5", ScaleRequest.to(5)), ("0", .to(0)), ("+2", .by(2)), ("-1", .by(-1)), ("auto", .automatic),
    ])
    func requests(text: String, expected: ScaleRequest) throws {
        #expect(try ScaleRequest(text) == expected)
    }

    @Test(arguments: ["", "+", "--1", "+-2", "5x", " 5", "1.5", "Auto", "99999999999999999999", "٣"])
    func otherRequestsAreRefused(text: String) {
        let error = #expect(throws: ScaleRequest.Unreadable.self) { try ScaleRequest(text) }
        #expect(error?.text == text)
    }

    @Test func requestsComeToACount() {
        #expect(ScaleRequest.to(5).count(from: 3) == 5)
        #expect(ScaleRequest.by(-4).count(from: 3) == 0)
        #expect(ScaleRequest.automatic.count(from: 3) == nil)
    }

    @Test func aNumberHoldsUntilItsEnd() {
        let manual = ManualScale(who: "anna", setting: .count(7), until: 1000)
        #expect(manual.decision(.calm())?.wanted == 7)
        #expect(manual.decision(.calm())?.rule == .manual)
        #expect(!manual.isOver(at: 999))
        #expect(manual.isOver(at: 1000))
        #expect(!ManualScale(who: "anna", setting: .count(7)).isOver(at: 1e12))
    }

    @Test(
        arguments: [
            (3, 8, 3...8), (nil, 8, 2...8), (3, nil, 3...10), (12, nil, 12...12), (nil, 1, 1...1), (nil, nil, 2...10),
        ] as [(Int?, Int?, ClosedRange<Int>)])
    func aRangeReplacesThePools(minimum: Int?, maximum: Int?, expected: ClosedRange<Int>) {
        let manual = ManualScale(who: "anna", setting: .range(minimum: minimum, maximum: maximum))
        #expect(manual.range(within: 2...10) == expected)
        #expect(manual.decision(.calm()) == nil)
    }

    @Test(arguments: [ManualScale.Setting.count(3), .range(minimum: nil, maximum: 4)])
    func itIsTheSameAfterARestart(setting: ManualScale.Setting) throws {
        let manual = ManualScale(who: "anna", setting: setting, until: 1.5e9)
        #expect(try JSONDecoder().decode(ManualScale.self, from: JSONEncoder().encode(manual)) == manual)
    }
}
