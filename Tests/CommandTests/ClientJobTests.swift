import JobModel
import Testing

@testable import jobsup

/// What a line of a stream becomes.
@Suite struct ClientJobTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func job(_ line: String) throws -> ClientJob {
        try ClientJob(line: Array(line.utf8), at: now)
    }

    private func complaint(_ line: String) -> Complaint? {
        var batch = StreamBatch()
        do throws(Complaint) {
            try batch.add(LineSplitter.Line(number: 17, bytes: Array(line.utf8), endOffset: 0), at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyFieldIsTakenOver() throws {
        let job = try job(
            #"{"type":"mail","queue":"q","payload":{"n":1.0},"priority":"high","delay":"10s","max_attempts":3,"#
                + #""timeout":2.5,"key":"k\u00e9"}"#)
        #expect(job.type == "mail" && String(decoding: job.payload, as: UTF8.self) == #"{"n":1.0}"#)
        #expect(job.options.queue == "q" && job.options.key == "ké" && job.options.priority?.rawValue == 3)
        #expect(job.options.maxAttempts == 3 && job.options.timeout == .milliseconds(2500))
        guard case .at(let date) = job.options.start else {
            Issue.record("no start")
            return
        }
        #expect(date.timeIntervalSince1970 == 1010)
        #expect(try self.job(#"{"type":"a"}"#).options == ClientJobOptions())
    }

    @Test(arguments: [
        ("nonsense", "line 17: this is not a JSON object: at byte 1, expected an object"),
        (#"{"type":"a",}"#, "line 17: this is not a JSON object: at byte 13, expected a string"),
        (#"{"type":"a"} {"type":"b"}"#, "line 17: this is not a JSON object: at byte 14, something follows the object"),
        ("[]", "line 17: this is not a JSON object: at byte 1, expected an object"),
        ("{}", "line 17: 'type' is missing"), (#"{"typ":"a"}"#, "line 17: a task has no field 'typ'"),
        (
            #"{"type":"a","priority":0}"#,
            "line 17: 'priority' must be 1 to 10, or critical, high, normal, low, background"
        ),
        (
            #"{"type":"a","delay":"soon"}"#,
            "line 17: 'delay' must be seconds, or a number with a unit: 250ms, 10s, 5m, 1h, 2d; at least 1ms, or 0"
        ),
        (#"{"type":"a","max_attempts":0}"#, "line 17: max_attempts is 0"),
        (#"{"type":"a","timeout":0}"#, "line 17: timeout is 0 ms"),
        (#"{"type":"a","timeout":"60d"}"#, "line 17: timeout is 5184000000 ms"),
        (#"{"type":"","queue":"q"}"#, "line 17: type has 0 bytes"),
        (#"{"type":"a","key":""}"#, "line 17: key has 0 bytes"),
    ])
    func mistakesNameTheirLine(_ line: String, _ message: String) {
        let complaint = complaint(line)
        #expect(complaint?.message == message)
        #expect(complaint?.status == .wrongInput)
        #expect(complaint?.hint?.isEmpty == false)
    }
}
