import JobModel
import TaskJSON
import Testing

@Suite struct TaskBodyTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func request(_ text: String) throws -> JobRequest {
        try TaskBody.request(Array(text.utf8), at: now)
    }

    private func code(_ text: String) -> String? {
        do throws(Refusal) {
            _ = try TaskBody.request(Array(text.utf8), at: now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func everyFieldIsRead() throws {
        let request = try request(
            #"{"type":"mail","queue":"q","payload":{"n":1.0},"priority":"high","delay":"10s","max_attempts":3,"#
                + #""timeout":2.5,"key":"k\u00e9"}"#)
        #expect(request.type == "mail" && request.queue == "q" && request.key == "ké")
        #expect(String(decoding: request.payload, as: UTF8.self) == #"{"n":1.0}"#)
        #expect(request.priority == .high && request.maxAttempts == 3)
        #expect(request.timeout == .milliseconds(2500) && request.runAt == now + .seconds(10))
    }

    @Test func otherWaysToSayIt() throws {
        #expect(try request(#"{"type":"a","priority":7}"#).priority == .low)
        #expect(try request(#"{"type":"a","payload_base64":"AAH/"}"#).payload == [0, 1, 255])
        #expect(try request(#"{"type":"a","run_at":2000}"#).runAt == Timestamp(milliseconds: 2_000_000))
        #expect(
            try request(#"{"type":"a","run_at":"1970-01-01T00:33:20.250Z"}"#).runAt
                == Timestamp(milliseconds: 2_000_250))
        #expect(
            try request(#"{"type":"a","run_at":"1970-01-01T00:33:20Z"}"#).runAt == Timestamp(milliseconds: 2_000_000))
        #expect(try request(#"{"type":"a","queue":null,"key":null}"#).queue == nil)
    }

    @Test func mistakesAreNamed() {
        #expect(code("nonsense") == "bad_json")
        #expect(code("{}") == "missing_field")
        #expect(code(#"{"type":"a","quue":"x"}"#) == "unknown_field")
        #expect(code(#"{"type":1}"#) == "bad_field")
        #expect(code(#"{"type":"a","priority":11}"#) == "bad_field")
        #expect(code(#"{"type":"a","delay":"soon"}"#) == "bad_field")
        #expect(code(#"{"type":"a","delay":-1}"#) == "bad_field")
        #expect(code(#"{"type":"a","payload_base64":"?"}"#) == "bad_field")
        #expect(code(#"{"type":"a","run_at":"tomorrow"}"#) == "bad_field")
    }

    @Test(arguments: [
        (#""max_attempts":2.9"#, "'max_attempts' must be a whole number"),
        (#""max_attempts":"3""#, "'max_attempts' must be a whole number"),
        (#""max_attempts":1e300"#, "'max_attempts' must be a whole number"),
        (#""timeout":0.0001"#, "'timeout' must be seconds"), (#""timeout":-0.0001"#, "'timeout' must be seconds"),
        (#""timeout":"0.1ms""#, "'timeout' must be seconds"), (#""delay":0.0001"#, "'delay' must be seconds"),
        (#""run_at":"0x10""#, "'run_at' is neither"), (#""run_at":"nan""#, "'run_at' is neither"),
        (#""run_at":-5"#, "'run_at' must be Unix seconds"),
        (#""run_at":1767225600000"#, "'run_at' must be Unix seconds"),
        (#""run_at":"506713-01-01T00:00:00Z""#, "'run_at' is neither"),
        (#""run_at":"9999-12-31T23:59:59-01:00""#, "'run_at' is neither"),
        (#""delay":"3000000d""#, "'delay' leads beyond the year 9999"),
        (#""run_at":2000,"delay":5"#, "'run_at' cannot be given beside 'delay'"),
        (#""payload":1,"payload_base64":"AAH/""#, "'payload_base64' cannot be given beside 'payload'"),
    ])
    func nothingIsGuessed(_ fields: String, _ beginning: String) {
        let error = #expect(throws: Refusal.self) { try request(#"{"type":"a",\#(fields)}"#) }
        #expect(error?.code == "bad_field")
        #expect(error?.message.hasPrefix(beginning) == true, "\(error?.message ?? "")")
    }

    @Test func whatIsNullIsAbsent() throws {
        #expect(try request(#"{"type":"a","payload":null,"payload_base64":"AAH/"}"#).payload == [0, 1, 255])
        #expect(try request(#"{"type":"a","delay":null,"run_at":2000}"#).runAt == Timestamp(milliseconds: 2_000_000))
        #expect(try request(#"{"type":"a","max_attempts":3.0,"timeout":0}"#).maxAttempts == 3)
    }

    @Test func aBatchNamesTheTaskThatIsWrong() throws {
        #expect(
            try TaskBody.batch(Array(#"{"tasks":[{"type":"a"},{"type":"b"}]}"#.utf8), at: now).map(\.type) == [
                "a", "b",
            ])
        let error = #expect(throws: Refusal.self) {
            try TaskBody.batch(Array(#"{"tasks":[{"type":"a"},{"typ":"b"}]}"#.utf8), at: now)
        }
        #expect(error?.message == "job 2: a task has no field 'typ'")
        #expect(error?.hint.hasPrefix("did you mean 'type'?") == true)
        #expect(throws: Refusal.self) { try TaskBody.batch(Array(#"{"tasks":{}}"#.utf8), at: now) }
        #expect(throws: Refusal.self) { try TaskBody.batch(Array(#"{"tasks":[],"queue":"q"}"#.utf8), at: now) }
        #expect(throws: Refusal.self) { try TaskBody.batch(Array("{}".utf8), at: now) }
    }
}
