import Supervision
import Testing

@Suite struct StopReasonTests {
    private static let faults: [(StopReason, String)] = [
        (.bootTimeout(.seconds(90)), "not ready within 1 min 30 s of its start"),
        (
            .memoryLimit(bytes: 2 << 30, limit: 1 << 30),
            "it has 2048 MiB, which is more than the hard limit of 1024 MiB"
        ),
        (.jobTimeout(job: "7"), "job 7 did not end when it was asked to after its time"),
        (.watchdog(.seconds(30)), "no sign of life for 30 s"),
        (.lostConnection("it broke the protocol"), "it broke the protocol"),
    ]
    private static let others: [(StopReason, String)] = [
        (.left(""), "left by itself"), (.left("out of licences"), "out of licences"), (.scaledDown, "scaled down"),
        (.poolRemoved, "its pool is not in the configuration any more"), (.shutdown, "the daemon stops"),
        (.hurry, "the daemon stops at once"), (.recycled(.jobs(1)), "recycled after 1 job"),
        (.recycled(.jobs(950)), "recycled after 950 jobs"),
        (.recycled(.age(.seconds(13_377))), "recycled after 3 h 42 min"),
        (
            .recycled(.memory(bytes: 600 << 20, limit: 512 << 20)),
            "recycled with 600 MiB, which is more than the soft limit of 512 MiB"
        ),
        (.rollout, "a newer generation took its place"), (.rolledBack, "its generation did not prove itself"),
        (.canary, "the canary of its pool did well and took its place"),
        (.jobCancelled(job: "7"), "job 7 was cancelled and did not end when it was asked to"),
        (.didNotLeave, "did not leave after its last job"),
    ]

    @Test(arguments: faults) func theWorkersFaults(_ reason: StopReason, _ words: String) {
        #expect(reason.isFault && reason.words == words)
    }

    @Test(arguments: others) func whatIsNotTheWorkersFault(_ reason: StopReason, _ words: String) {
        #expect(!reason.isFault && reason.words == words)
    }

    @Test(arguments: [
        (Duration.zero, "0 s"), (.milliseconds(250), "250 ms"), (.milliseconds(1500), "1500 ms"),
        (.seconds(10), "10 s"),
        (.milliseconds(12_700), "12 s"), (.seconds(60), "1 min"), (.seconds(61), "1 min 1 s"),
        (.milliseconds(90_500), "1 min 30 s"), (.seconds(3599), "59 min 59 s"), (.seconds(3600), "1 h"),
        (.seconds(4 * 3600), "4 h"), (.seconds(13_377), "3 h 42 min"), (.seconds(30 * 3600 + 59), "30 h"),
    ])
    func timesAreWords(_ time: Duration, _ words: String) {
        #expect(time.inWords == words)
    }

    @Test(arguments: [(0, "0 KiB"), (1 << 20, "1024 KiB"), (10 << 20, "10 MiB"), (812 << 20, "812 MiB")])
    func sizesAreWords(_ bytes: Int, _ words: String) {
        #expect(bytes.inMebibytes == words)
    }

    @Test func recyclingHasNamesForPrograms() {
        let reasons: [RecycleReason] = [.jobs(1), .age(.zero), .memory(bytes: 2, limit: 1)]
        #expect(reasons.map(\.name) == ["jobs", "age", "memory"])
    }
}
