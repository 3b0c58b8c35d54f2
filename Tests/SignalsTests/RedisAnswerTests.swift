import Testing

@testable import Signals

@Suite struct RedisAnswerTests {
    private func group(_ name: String, pending: Int, lag: RedisAnswer?) -> RedisAnswer {
        var fields: [RedisAnswer] = [
            .text("name"), .text(name), .text("consumers"), .integer(1), .text("pending"), .integer(pending),
        ]
        if let lag { fields += [.text("lag"), lag] }
        return .array(fields)
    }

    @Test func aGroupHasWhatItHasNotGotAndWhatItHasNotAcknowledged() throws {
        let answer = RedisAnswer.array([
            group("other", pending: 100, lag: .null), group("mine", pending: 3, lag: .integer(4)),
        ])
        #expect(try answer.backlog(of: "mine", in: "s") == 7)
    }

    @Test func whatIsNotToldIsNotGuessed() {
        for lag in [RedisAnswer.null, nil] {
            #expect(throws: RedisConnection.Problem.self) {
                try RedisAnswer.array([group("mine", pending: 3, lag: lag)]).backlog(of: "mine", in: "s")
            }
        }
        for answer in [
            RedisAnswer.array([]), .integer(3), .null, .array([.integer(1)]), .array([.array([.text("name")])]),
        ] {
            #expect(throws: RedisConnection.Problem.self) { try answer.backlog(of: "mine", in: "s") }
        }
    }
}
