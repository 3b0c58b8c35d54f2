import JobModel
import SeededRandom
import Testing

@testable import Engine

@Suite struct SettlementRuleTests {
    private let now = Timestamp(milliseconds: 1_000_000)
    private let rule = SettlementRule { _ in JobPolicy(retry: .intervals([.seconds(10), .seconds(60)])) }

    private func job(attempt: Int = 1, of maxAttempts: Int = 3, crashes: Int = 0) -> InFlightJob {
        InFlightJob(
            ClaimedJob(
                lease: Lease(job: JobID(1), token: 1), type: "t", queue: "q", priority: .normal, payload: [],
                attempt: attempt, maxAttempts: maxAttempts, crashes: crashes, timeoutMilliseconds: 0, enqueuedAt: now))
    }

    private func verdict(_ report: AttemptReport, _ job: InFlightJob) -> Verdict {
        var random = SeededRandom(seed: 1)
        return rule.verdict(on: report, of: job, at: now, using: &random)
    }

    @Test func anErrorIsRetriedByThePolicyUntilTheAttemptsAreUsedUp() {
        let report = AttemptReport.failed(type: "E", message: "m", mayRetry: true)
        let failure = Failure(cause: .error, type: "E", message: "m")
        #expect(
            verdict(report, job(attempt: 1))
                == .postpone(until: now + .seconds(10), reason: .retry, usesAttempt: true, failure: failure))
        #expect(
            verdict(report, job(attempt: 2))
                == .postpone(until: now + .seconds(60), reason: .retry, usesAttempt: true, failure: failure))
        #expect(verdict(report, job(attempt: 3)) == .finish(.failed, failure: failure))
    }

    @Test func anErrorThatMayNotBeRetriedEndsTheJob() {
        let failure = Failure(cause: .error, type: "E", message: "m")
        #expect(
            verdict(.failed(type: "E", message: "m", mayRetry: false), job()) == .finish(.failed, failure: failure))
    }

    @Test func aTimeoutWaitsLongerThanAnErrorAndEndsAsTimeout() {
        guard case .postpone(let until, _, let usesAttempt, _) = verdict(.timedOut(limit: .seconds(5)), job()) else {
            Issue.record("not postponed")
            return
        }
        #expect(until == now + .seconds(20))
        #expect(usesAttempt)
        guard case .finish(.timeout, let failure) = verdict(.timedOut(limit: .seconds(5)), job(attempt: 3)) else {
            Issue.record("not ended as timeout")
            return
        }
        #expect(failure.cause == .timeout)
    }

    @Test func aSnoozeUsesNoAttemptAlsoOnTheLastOne() {
        guard
            case .postpone(let until, .snoozed, false, _) = verdict(
                .snooze(for: .seconds(7), reason: "later"), job(attempt: 3))
        else {
            Issue.record("not snoozed")
            return
        }
        #expect(until == now + .seconds(7))
    }

    @Test func aCrashRequeuesAtOnceAndTheThirdQuarantines() {
        let report = AttemptReport.crashed(type: "SIGKILL", message: "worker w was killed by SIGKILL")
        guard case .requeue(let failure) = verdict(report, job(crashes: 1)) else {
            Issue.record("not queued again")
            return
        }
        #expect(failure.cause == .crash && failure.type == "SIGKILL")
        guard case .finish(.failed, let last) = verdict(report, job(crashes: 2)) else {
            Issue.record("not quarantined")
            return
        }
        #expect(last.cause == .quarantined)
    }

    @Test func aRetryThatTheWorkerAsksForTakesItsOwnTime() {
        guard
            case .postpone(let until, .retry, true, _) = verdict(
                .retry(after: .milliseconds(1500), reason: "busy"), job())
        else {
            Issue.record("not retried")
            return
        }
        #expect(until == now + .milliseconds(1500))
        guard case .finish(.failed, _) = verdict(.retry(after: .zero, reason: "busy"), job(attempt: 3)) else {
            Issue.record("attempts are used up")
            return
        }
    }

    /// Stopped above its limit of memory: like a crash, but told apart.
    @Test func aJobWhoseWorkerIsStoppedForItsMemoryGoesBackAndTheThirdTimeIsQuarantined() {
        let report = AttemptReport.interrupted(type: "MemoryLimit", message: "worker w was stopped at 1100 MiB")
        let failure = Failure(cause: .memory, type: "MemoryLimit", message: "worker w was stopped at 1100 MiB")
        #expect(verdict(report, job(attempt: 3, crashes: 1)) == .requeue(failure: failure))
        guard case .finish(.failed, let last) = verdict(report, job(crashes: 2)) else {
            Issue.record("not quarantined")
            return
        }
        #expect(last.cause == .quarantined && last.type == "MemoryLimit" && last.message.hasPrefix("3 workers died"))
    }

    @Test func aJobForWhichThereIsNoMemoryWaitsAndUsesNoAttempt() {
        let report = AttemptReport.noMemory(until: .seconds(5), message: "why")
        let failure = Failure(cause: .memory, type: "NoMemory", message: "why")
        #expect(
            verdict(report, job(attempt: 3, crashes: 2))
                == .postpone(until: now + .seconds(5), reason: .memory, usesAttempt: false, failure: failure))
    }

    @Test func exitCode75IsAnotherAttemptByThePolicy() {
        let report = AttemptReport.retryLater(type: "exit 75", message: "m")
        let failure = Failure(cause: .retryRequested, type: "exit 75", message: "m")
        #expect(
            verdict(report, job())
                == .postpone(until: now + .seconds(10), reason: .retry, usesAttempt: true, failure: failure))
        #expect(verdict(report, job(attempt: 3)) == .finish(.failed, failure: failure))
    }
}
