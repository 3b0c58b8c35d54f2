import ArgumentParser
import Foundation
import JobModel
import Testing

@testable import jobsup

@Suite struct ArgumentTests {
    private func parse<Command>(_ type: Command.Type, _ arguments: String...) throws -> Command {
        let command = try Jobsup.parseAsRoot(CommandArguments.normalized(arguments))
        return try #require(command as? Command)
    }

    @Test(arguments: [
        ("5", ScaleAmount.to(5)), ("0", .to(0)), ("+2", .by(2)), ("-1", .by(-1)), ("-10", .by(-10)), ("+0", .by(0)),
        ("auto", .automatic),
    ])
    func processesAreSetOrChanged(_ text: String, _ amount: ScaleAmount) throws {
        for arguments in [
            ["scale", "mail", text], ["scale", "mail", text, "--json"], ["scale", "--json", "mail", text],
        ] {
            let command = try #require(
                try Jobsup.parseAsRoot(CommandArguments.normalized(arguments)) as? ScaleSetCommand)
            #expect(command.pool == "mail" && command.amount == amount)
            #expect(command.common.json == arguments.contains("--json"))
        }
        #expect(try parse(ScaleSetCommand.self, "scale", "mail", "--", text).amount == amount)
    }

    @Test(arguments: ["x", "", "+", "-", "1.5", "++1", "+-1", "5x", "99999999999999999999"])
    func whatIsNoAmountIsRefused(_ text: String) {
        #expect(ScaleAmount(argument: text) == nil)
    }

    @Test func amountsAreSentAsTheDaemonReadsThem() throws {
        func sent(_ wish: ScaleWish) throws -> String {
            String(decoding: try DaemonAPI.body(of: wish), as: UTF8.self)
        }
        #expect(try sent(ScaleWish(.to(5))) == #"{"processes":5}"#)
        #expect(try sent(ScaleWish(.by(-1), isDryRun: true)) == #"{"change":-1,"dry_run":true}"#)
        #expect(try sent(ScaleWish(.automatic)) == #"{"auto":true}"#)
        #expect(try sent(ScaleWish(nil, min: 2, max: 8, for: .seconds(90))) == #"{"for":"90000ms","max":8,"min":2}"#)
    }

    @Test func scalingHasItsOwnQuestions() throws {
        #expect(try parse(ScaleExplainCommand.self, "scale", "explain", "mail").pool == "mail")
        #expect(try parse(ScaleHistoryCommand.self, "scale", "history", "mail", "-n", "5").lines == 5)
        let wish = try parse(ScaleSetCommand.self, "scale", "mail", "+2", "--for", "30m", "--dry-run")
        #expect(wish.duration?.duration == .seconds(1800) && wish.dryRun)
        let limits = try parse(ScaleSetCommand.self, "scale", "mail", "--min", "2", "--max", "8")
        #expect(limits.amount == nil && limits.min == 2 && limits.max == 8)
    }

    @Test func onlyTheAmountLosesItsHyphen() {
        for arguments in [
            ["scale", "mail", "-1x"], ["scale", "-1", "mail"], ["scale", "mail", "--", "-2"], ["-1", "scale"],
            ["scale", "--socket-directory", "-1"], ["job", "-1"], ["enqueue", "-5"], ["enqueue", "--key=-5"],
        ] {
            #expect(CommandArguments.normalized(arguments) == arguments)
        }
        #expect(
            CommandArguments.normalized(["scale", "--socket-directory", "-1", "mail", "--json", "-1"])
                == ["scale", "--socket-directory", "-1", "mail", "--json", "\u{2212}1"])
    }

    @Test func aPayloadAndAKeyMayLookLikeAnything() throws {
        for text in ["-5", "-1.5", "", "-", "--", "=", "@a=b", "--wait", "--wait=5s", "--key"] {
            let job = try parse(EnqueueCommand.self, "enqueue", "t", "--raw", "--payload", text, "--key", text).job
            #expect(job.payload == text && job.key == text)
        }
        let command = try parse(EnqueueCommand.self, "enqueue", "t", "--key", "--key", "--wait=5s")
        #expect(command.job.key == "--key" && command.wait.limit == .seconds(5))
    }

    @Test func aBoundOfWaitingIsAnOptionOfItsOwn() {
        #expect(CommandArguments.normalized(["--wait", "--wait=5s"]) == ["--wait", "--wait", "--wait-for", "5s"])
        #expect(CommandArguments.normalized(["--", "--wait=5s"]) == ["--", "--wait=5s"])
    }

    @Test func waitingHasABoundWhenItIsGiven() throws {
        #expect(try !parse(EnqueueCommand.self, "enqueue", "mail").wait.isWanted)
        let unbounded = try parse(EnqueueCommand.self, "enqueue", "--wait", "mail").wait
        #expect(unbounded.isWanted && unbounded.limit == nil)
        let bounded = try parse(EnqueueCommand.self, "enqueue", "mail", "--wait=1.5m").wait
        #expect(bounded.isWanted && bounded.limit == .seconds(90))
        #expect(try parse(JobShowCommand.self, "job", "12", "--wait=0s").wait.limit == .zero)
        #expect(throws: (any Error).self) { try parse(EnqueueCommand.self, "enqueue", "mail", "--wait=soon") }
    }

    @Test func jobsAreShownByTheirId() throws {
        #expect(try parse(JobShowCommand.self, "job", "12").id == "12")
        #expect(try parse(JobCancelCommand.self, "job", "cancel", "12").id == "12")
        #expect(try parse(JobListCommand.self, "job", "list", "--state", "failed").state == "failed")
    }

    @Test(arguments: [
        ("10m", Int64(1_000_000 - 600_000)), ("0s", 1_000_000), ("1970-01-01T00:00:05Z", 5000), ("7", 7000),
        ("7.5", 7500),
    ])
    func sinceIsATimeAgoOrAnInstant(text: String, milliseconds: Int64) throws {
        let since = try #require(parse(LogsCommand.self, "logs", "--since", text).arguments.since)
        #expect(since.instant(now: Timestamp(milliseconds: 1_000_000)) == Timestamp(milliseconds: milliseconds))
    }

    @Test func ofTheLogTheLastLinesAreShownUnlessSomebodySaysMore() throws {
        func lines(_ arguments: String...) throws -> Int? {
            let command = try #require(
                try Jobsup.parseAsRoot(CommandArguments.normalized(["logs"] + arguments)) as? LogsCommand)
            return command.arguments.request(LogFilter(), lines: 100, now: Timestamp(milliseconds: 0)).lines
        }
        #expect(try lines() == 100 && lines("-n", "5") == 5 && lines("--lines", "0") == 0)
        #expect(try lines("--since", "1h") == nil && lines("--since", "1h", "-n", "5") == 5)
        for arguments in [["--since", "soon"], ["--since", "-5m"], ["-n", "-1"], ["--level", "loud"]] {
            #expect(throws: (any Error).self) { try Jobsup.parseAsRoot(["logs"] + arguments) }
        }
        #expect(try parse(JobLogsCommand.self, "job", "logs", "7", "-f").arguments.follow)
    }

    @Test func contradictionsAreRefused() {
        for arguments in [
            ["enqueue", "mail", "--priority", "11"], ["enqueue", "mail", "--priority", "urgent"],
            ["enqueue", "mail", "--delay", "-1s"], ["enqueue", "mail", "--delay", "1s", "--run-at", "0"],
            ["enqueue", "mail", "--raw"], ["enqueue", "mail", "--file", "x"], ["enqueue", "--key", "k"],
            ["enqueue", "--wait"], ["bench", "noop", "--jobs", "0"], ["bench", "noop", "--payload-bytes", "1"],
            ["scale", "mail", "many"], ["scale", "mail"], ["scale", "mail", "5", "--min", "2"],
            ["scale", "mail", "auto", "--for", "1h"],
            ["scale", "history", "mail", "-n", "0"], ["job"],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") {
                try Jobsup.parseAsRoot(CommandArguments.normalized(arguments))
            }
        }
    }

    @Test func everyCommandShowsAnExample() {
        func check(_ type: any ParsableCommand.Type) {
            #expect(type.configuration.discussion.contains("Example"), "\(type)")
            #expect(type.configuration.discussion.contains("  jobsup "), "\(type)")
            for line in type.configuration.discussion.split(separator: "\n") {
                #expect(line.count <= 80, "the help would break '\(line)'")
            }
            for subcommand in type.configuration.subcommands { check(subcommand) }
        }
        check(Jobsup.self)
    }

    @Test func everyPolicyIsGivenByItsName() throws {
        for policy in PolicyName.all + [.fixed(0), .fixed(8)] {
            let command = try parse(SimulateCommand.self, "simulate", "--workload", "batch", "--policy", policy.name)
            #expect(command.policy == [policy])
        }
        for wrong in ["fixed", "fixed=", "fixed=-1", "fixed=10001", "hpa=2", "nobody"] {
            #expect(PolicyName(argument: wrong) == nil, "\(wrong)")
        }
        #expect(Set(PolicyName.all.map(\.name)).count == PolicyName.all.count)
    }

    @Test func aFixedNumberIsOneThatThePoolMayHave() throws {
        try PolicyName.fixed(5).check(1...5)
        try PolicyName.targetWait.check(1...5)
        #expect(throws: Complaint.self) { try PolicyName.fixed(6).check(1...5) }
        #expect(throws: Complaint.self) { try PolicyName.fixed(0).check(1...5) }
    }
}
