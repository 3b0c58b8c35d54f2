import JobModel
import Testing

@Suite struct RequestIDTests {
    private struct Numbers: RandomNumberGenerator {
        var numbers: [UInt64]

        mutating func next() -> UInt64 { numbers.removeFirst() }
    }

    @Test(arguments: ["a", "!", "~", "checkout-4711", "a=b,\"c\"", String(repeating: "x", count: 128)])
    func visibleASCIIIsOne(_ text: String) throws {
        #expect(RequestID.isValid(text))
        try RequestID.check(text)
    }

    @Test(arguments: [
        "", " ", "a b", "a\tb", "a\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "\u{1F600}",
        String(repeating: "x", count: 129),
    ])
    func anythingElseIsNone(_ text: String) {
        #expect(!RequestID.isValid(text))
        let refusal = #expect(throws: Refusal.self) { try RequestID.check(text) }
        #expect(refusal?.code == "bad_request_id" && refusal?.hint.contains("128") == true)
    }

    @Test func aMadeOneHas16Digits() {
        var numbers = Numbers(numbers: [0, 0xABC, .max])
        #expect(RequestID.random(using: &numbers) == "0000000000000000")
        #expect(RequestID.random(using: &numbers) == "0000000000000abc")
        #expect(RequestID.random(using: &numbers) == "ffffffffffffffff")
    }
}
