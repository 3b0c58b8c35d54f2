import JobModel
import Testing

@Suite("Values")
struct ValueTests {
    @Test("a priority reads names and numbers from 1 to 10")
    func priority() {
        #expect(Priority("critical") == .critical && Priority("high") == .high && Priority("normal") == .normal)
        #expect(Priority("low") == .low && Priority("background") == .background)
        #expect(Priority("1") == .critical && Priority("10") == .background && Priority("4")?.rawValue == 4)
        for text in ["0", "11", "-1", "", "High", "300", "1.5", " 3"] { #expect(Priority(text) == nil, "\(text)") }
        #expect(Priority(0) == nil && Priority(11) == nil && Priority(-1) == nil && Priority(Int64.max) == nil)
        #expect(Priority.range.compactMap { Priority($0) }.count == 10)
    }

    @Test("a priority is told by its name where it has one")
    func priorityName() {
        for value in Priority.range {
            let priority = Priority(value)
            #expect(priority.flatMap { Priority($0.description) } == priority)
        }
        #expect(Priority(3)?.description == "high" && Priority(4)?.description == "4")
        #expect(Priority.critical < .high && Priority.low < .background)
    }

    @Test("a job's id reads its decimal form only")
    func jobID() {
        #expect(JobID("42") == JobID(42) && JobID("9223372036854775807") == JobID(.max))
        for text in ["0", "-1", "", "x", "1x", "9223372036854775808", "1.0"] { #expect(JobID(text) == nil, "\(text)") }
        #expect(JobID(7).description == "7" && JobID(7) < JobID(8))
    }

    @Test("timestamps and durations convert to milliseconds and back")
    func timestamp() {
        let start = Timestamp(milliseconds: 1_700_000_000_123)
        #expect((start + .milliseconds(877)).milliseconds == 1_700_000_001_000)
        #expect((start - .seconds(1)).milliseconds == 1_699_999_999_123)
        #expect((start + .seconds(5)).since(start) == .seconds(5))
        #expect(start.since(start + .seconds(5)) == .seconds(-5))
        #expect(start < start + .milliseconds(1))
    }

    @Test("durations too long for milliseconds saturate")
    func duration() {
        #expect(Duration.seconds(Int64.max).inMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).inMilliseconds == .min)
        #expect(Duration.microseconds(1999).inMilliseconds == 1)
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
    }

    @Test("a time is seconds or a number with a unit")
    func durationText() {
        for (text, time) in [
            ("1.5", Duration.milliseconds(1500)), ("250ms", .milliseconds(250)), ("5m", .seconds(300)),
            ("1.5h", .seconds(5400)), ("2d", .seconds(172_800)), ("-1s", .seconds(-1)), ("1e3", .seconds(1000)),
            ("0", .zero), ("0ms", .zero), ("0.001", .milliseconds(1)),
        ] {
            #expect(Duration(text: text) == time, "\(text)")
        }
        for text in [
            "0.0001", "-0.0001", "0.4ms", "", "s", "x", "1w", "5 m", " 5", "0x10", "0x1d", "1e999", "nan", "inf",
            "-inf", "--1", "1_000", ".5",
        ] {
            #expect(Duration(text: text) == nil, "\(text)")
        }
    }

    @Test("numbers are decimal and finite")
    func decimal() {
        #expect(Double(decimal: "1") == 1 && Double(decimal: "-0.5") == -0.5 && Double(decimal: "1E+3") == 1000)
        for text in ["", "0x10", "0x1p3", "nan", "inf", "-infinity", "1e999", "1,5", "1 ", "e"] {
            #expect(Double(decimal: text) == nil, "\(text)")
        }
    }

    @Test("only the last of all attempts is the last")
    func lastAttempt() {
        func job(attempt: Int) -> ClaimedJob {
            ClaimedJob(
                lease: Lease(job: JobID(1), token: 1), type: "t", queue: "q", priority: .normal, payload: [],
                attempt: attempt, maxAttempts: 3, crashes: 0, timeoutMilliseconds: 0,
                enqueuedAt: Timestamp(milliseconds: 0))
        }
        #expect(!job(attempt: 1).isLastAttempt && !job(attempt: 2).isLastAttempt)
        #expect(job(attempt: 3).isLastAttempt && job(attempt: 4).isLastAttempt)
    }
}
