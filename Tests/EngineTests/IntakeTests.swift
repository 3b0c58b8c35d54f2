import Engine
import JobModel
import Testing

@Suite struct IntakeTests {
    private let now = Timestamp(milliseconds: 5_000)
    private let intake = Intake(
        policies: ["mail": JobPolicy(queue: "letters", timeout: .seconds(30), maxAttempts: 7)], standard: JobPolicy(),
        queues: ["default", "letters"], payloadLimitBytes: 16)

    private func refusal(_ request: JobRequest) -> Refusal? {
        do throws(Refusal) {
            _ = try intake.admit([request], at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func theTypeFillsInWhatIsLeftOpen() throws {
        let jobs = try intake.admit([JobRequest(type: "mail"), JobRequest(type: "other")], at: now)
        #expect(jobs[0].queue == "letters" && jobs[0].maxAttempts == 7 && jobs[0].timeoutMilliseconds == 30_000)
        #expect(jobs[1].queue == "default" && jobs[1].maxAttempts == 5 && jobs[1].timeoutMilliseconds == 3_600_000)
    }

    @Test func whatTheRequestSaysWins() throws {
        var request = JobRequest(type: "mail", queue: "default", payload: [1])
        request.maxAttempts = 1
        request.timeout = .seconds(1)
        request.priority = .critical
        request.runAt = now + .seconds(9)
        let job = try #require(try intake.admit([request], at: now).first)
        #expect(job.queue == "default" && job.maxAttempts == 1 && job.timeoutMilliseconds == 1000)
        #expect(job.priority == .critical && job.runAt == now + .seconds(9))
    }

    @Test func aRequestHasABoundedNumberOfJobs() throws {
        let most = Array(repeating: JobRequest(type: "mail"), count: Intake.jobsPerRequest)
        #expect(try intake.admit(most, at: now).count == 10_000)
        #expect(throws: Refusal.self) { try intake.admit(most + most.prefix(1), at: now) }
    }

    @Test func aTimeThatHasPassedMeansNow() throws {
        var request = JobRequest(type: "mail")
        request.runAt = now - .seconds(1)
        #expect(try intake.admit([request], at: now).first?.runAt == nil)
    }

    @Test func refusalsNameTheReasonAndTheWayOut() {
        let unknown = refusal(JobRequest(type: "mail", queue: "leters"))
        #expect(unknown?.code == "unknown_queue" && unknown?.hint.contains("did you mean 'letters'") == true)
        #expect(refusal(JobRequest(type: "mail", payload: Array(repeating: 0, count: 17)))?.code == "payload_too_large")
        #expect(refusal(JobRequest(type: "mail", payload: Array(repeating: 0, count: 16))) == nil)
        #expect(refusal(JobRequest(type: ""))?.code == "bad_type")
        #expect(refusal(JobRequest(type: "a b"))?.code == "bad_type")
        #expect(refusal(JobRequest(type: String(repeating: "a", count: 129)))?.code == "bad_type")
        #expect(refusal(JobRequest(type: "mail", key: ""))?.code == "bad_key")
        #expect(refusal(JobRequest(type: "mail", maxAttempts: 0))?.code == "bad_max_attempts")
    }

    @Test func aRequestIDIsHandedOnWhenItCanBeOne() throws {
        let long = String(repeating: "~", count: 128)
        let requests = ["r-1", "r-1", nil, "!", long, nil].map { JobRequest(type: "mail", requestID: $0) }
        #expect(try intake.admit(requests, at: now).map(\.requestID) == ["r-1", "r-1", nil, "!", long, nil])
        for wrong in ["", " ", "a b", "a\n", "\u{7F}", "é", long + "~"] {
            let refusal = refusal(JobRequest(type: "mail", requestID: wrong))
            #expect(refusal?.code == "bad_request_id" && refusal?.hint.isEmpty == false, "\(wrong)")
        }
    }

    @Test func aBatchIsRefusedWholeAndTheJobIsNamed() {
        do throws(Refusal) {
            _ = try intake.admit([JobRequest(type: "mail"), JobRequest(type: "mail", queue: "x")], at: now)
            Issue.record("admitted")
        } catch {
            #expect(error.message.hasPrefix("job 2: "))
        }
    }
}
