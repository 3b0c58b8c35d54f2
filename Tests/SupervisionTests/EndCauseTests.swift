import Supervision
import Testing

@Suite struct EndCauseTests {
    private static let all: [(EndCause, String, String)] = [
        (.exitCode(0), "exit_code", "ended by itself with success"),
        (.exitCode(3), "exit_code", "ended with exit code 3"),
        (.exitCode(125), "exit_code", "ended with exit code 125, which asks for no other start"),
        (.signal("SIGSEGV"), "signal", "was killed by SIGSEGV"),
        (.coreDumped("SIGABRT"), "core_dumped", "was killed by SIGABRT and left a core dump"),
        (
            .outOfMemory(peakBytes: 812 << 20, isCertain: true), "out_of_memory",
            "was killed by the kernel for want of memory at 812 MiB"
        ),
        (
            .outOfMemory(peakBytes: nil, isCertain: false), "out_of_memory",
            "was probably killed by the kernel for want of memory"
        ),
        (.bootTimeout(.seconds(60)), "boot_timeout", "was not ready within 1 min and was ended"),
        (
            .memoryLimit(bytes: 1100 << 20, limit: 1024 << 20), "memory_limit",
            "was stopped at 1100 MiB, over its hard limit of 1024 MiB"
        ),
        (.jobTimeout(job: "7"), "job_timeout", "was ended because job 7 went on after its time"),
        (.watchdog(.seconds(30)), "watchdog", "was ended because it gave no sign of life for 30 s"),
        (.lostConnection("it closed its connection"), "lost_connection", "was ended: it closed its connection"),
        (.recycled(.jobs(1000)), "recycled", "left: recycled after 1000 jobs"),
        (.drained(.scaledDown), "drained", "left: scaled down"),
        (.stopped(.hurry), "stopped", "was ended: the daemon stops at once"),
        (.spawnFailed("there is no program /x"), "spawn_failed", "could not be started: there is no program /x"),
        (.unknown, "unknown", "ended, and nobody can say how"),
    ]

    @Test(arguments: all) func everyCauseHasItsWords(_ cause: EndCause, _ name: String, _ words: String) {
        #expect(cause.name == name && cause.words == words)
    }

    @Test func everyCauseHasANameOfItsOwn() {
        var kinds: [String: String] = [:]
        for (cause, name, _) in Self.all {
            let kind = String("\(cause)".prefix { $0 != "(" })
            #expect(kinds[kind] ?? name == name)
            kinds[kind] = name
            #expect(name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
        }
        #expect(Set(kinds.values).count == kinds.count && kinds.count == 14)
    }

    @Test(arguments: [
        (EndCause.Status.code(0), EndCause.exitCode(0)), (.code(125), .exitCode(125)),
        (.signal("SIGTERM", coreDumped: false), .signal("SIGTERM")),
        (.signal("SIGKILL", coreDumped: false), .signal("SIGKILL")),
        (.signal("SIGSEGV", coreDumped: true), .coreDumped("SIGSEGV")), (.unknown, .unknown),
    ])
    func whoWasNotAskedEndedByWhatTheKernelSays(_ status: EndCause.Status, _ cause: EndCause) {
        #expect(EndCause(status, after: nil, peakBytes: 5) == cause)
    }

    @Test(arguments: [
        (StopReason.scaledDown, EndCause.Status.code(0), EndCause.drained(.scaledDown)),
        (.scaledDown, .code(1), .stopped(.scaledDown)),
        (.shutdown, .signal("SIGKILL", coreDumped: false), .stopped(.shutdown)),
        (.recycled(.jobs(9)), .code(0), .recycled(.jobs(9))),
        (.recycled(.jobs(9)), .signal("SIGTERM", coreDumped: false), .stopped(.recycled(.jobs(9)))),
        (.bootTimeout(.seconds(1)), .signal("SIGTERM", coreDumped: false), .bootTimeout(.seconds(1))),
        (.watchdog(.seconds(1)), .code(0), .watchdog(.seconds(1))),
        (.memoryLimit(bytes: 2, limit: 1), .signal("SIGKILL", coreDumped: false), .memoryLimit(bytes: 2, limit: 1)),
        (.jobTimeout(job: "1"), .code(143), .jobTimeout(job: "1")),
        (.lostConnection("why"), .signal("SIGTERM", coreDumped: false), .lostConnection("why")),
        (.jobCancelled(job: "1"), .signal("SIGTERM", coreDumped: false), .stopped(.jobCancelled(job: "1"))),
    ])
    func whoWasEndedEndedForThat(_ reason: StopReason, _ status: EndCause.Status, _ cause: EndCause) {
        #expect(EndCause(status, after: reason, machineOOMKills: 3) == cause)
    }

    /// What its own control group counted is certain, and it is the kernel's word against ours.
    @Test(arguments: [nil, StopReason.hurry, .memoryLimit(bytes: 2, limit: 1), .recycled(.jobs(1))])
    func memoryIsCertainWithAGroupOfItsOwn(_ reason: StopReason?) {
        let killed = EndCause.Status.signal("SIGKILL", coreDumped: false)
        #expect(
            EndCause(killed, after: reason, peakBytes: 7, oomKills: 1) == .outOfMemory(peakBytes: 7, isCertain: true))
        // It lost a descendant, and ended by itself.
        #expect(EndCause(.code(0), after: reason, peakBytes: 7, oomKills: 1) == EndCause(.code(0), after: reason))
    }

    @Test func memoryIsProbableWhereTheMachineHadToKill() {
        let killed = EndCause.Status.signal("SIGKILL", coreDumped: false)
        let probable = EndCause(killed, after: nil, peakBytes: 7, machineOOMKills: 2)
        #expect(probable == .outOfMemory(peakBytes: 7, isCertain: false))
        for status in [EndCause.Status.code(137), .signal("SIGTERM", coreDumped: false), .unknown] {
            #expect(EndCause(status, after: nil, machineOOMKills: 2) == EndCause(status, after: nil))
        }
    }
}
