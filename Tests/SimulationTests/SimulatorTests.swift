import Scaling
import Simulation
import Synchronization
import Testing

@Suite struct SimulatorTests {
    private let settings = SimulationSettings(range: 1...20, targetSeconds: 10)

    /// Two workers that are there, three jobs: the third waits for the first to end.
    @Test func jobsStartInTheirOrder() {
        let trace = Trace([
            .init(arrivalSeconds: 0.5, serviceSeconds: 4), .init(arrivalSeconds: 0.6, serviceSeconds: 2),
            .init(arrivalSeconds: 1, serviceSeconds: 1), .init(arrivalSeconds: 2, serviceSeconds: 1),
        ])
        var settings = settings
        settings.range = 2...2
        let run = Simulator.run(trace, settings, FixedPolicy(2))
        for (wait, expected) in zip(run.waits, [0, 0, 1.6, 1.6]) { #expect(abs(wait - expected) < 1e-9) }
        #expect(abs(run.endSeconds - 4.6) < 1e-9)
        #expect(abs(run.workerSeconds - 9.2) < 1e-9)
    }

    @Test func workersTakeTheirTimeToBoot() {
        let trace = Trace((0..<2).map { _ in .init(arrivalSeconds: 0.5, serviceSeconds: 30) })
        var settings = settings
        settings.bootSpread = 0
        let run = Simulator.run(trace, settings, FixedPolicy(2))
        // Decided at 1 s, ready at 6 s.
        #expect(run.waits == [0, 5.5])
    }

    /// As the daemon tells it: assumed until one was ready, then the median of the last.
    @Test(arguments: [(0, 5.0), (1, 8)])
    func bootTimesAreMeasured(least: Int, first: Double) {
        let trace = Trace((0..<3).map { .init(arrivalSeconds: Double($0), serviceSeconds: 20) })
        var settings = SimulationSettings(range: least...20, targetSeconds: 10, bootSeconds: 8)
        settings.bootSpread = 0
        let watching = WatchingPolicy()
        _ = Simulator.run(trace, settings, watching)
        let seen = watching.bootTimes.withLock(\.self)
        #expect(seen.first == .seconds(first) && seen[7] == .seconds(first))
        #expect(seen[9...].allSatisfy { $0 == .seconds(8) })
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func theSameSeedGivesTheSameRun(seed: UInt64) {
        let workload = Workload.onOff
        let policy = ScalingGuards(TargetWaitPolicy(TargetWaitSettings(target: .seconds(10))))
        let first = Simulator.run(workload.trace(seed: seed), workload.settings(seed: seed), policy)
        let second = Simulator.run(workload.trace(seed: seed), workload.settings(seed: seed), policy)
        #expect(first == second)
        #expect(first != Simulator.run(workload.trace(seed: seed + 9), workload.settings(seed: seed), policy))
    }

    /// Every job is done once, whatever is killed: the work that the workers did is that of the jobs and of what was
    /// begun in vain.
    @Test func noJobIsLost() {
        let trace = Workload.onOff.trace(seed: 4)
        var settings = Workload.onOff.settings(seed: 4)
        settings.victims = .any(graceSeconds: 0)
        let run = Simulator.run(trace, settings, HorizonPolicy(maxShift: 10, cooldown: .seconds(1)))
        #expect(run.busyVictims > 20)
        #expect(run.killedJobs > 20)
        #expect(run.unfinished == 0)
        #expect(run.waits.count == trace.jobs.count)
        #expect(run.waits.allSatisfy { $0 >= 0 })
        #expect(run.workerSeconds > trace.work)
    }

    @Test func aPolicyThatKillsTheSameJobForEverIsStopped() {
        let trace = Trace((0..<2).map { _ in .init(arrivalSeconds: 0.5, serviceSeconds: 1e6) }, seconds: 10)
        let run = Simulator.run(trace, settings, FixedPolicy(2))
        #expect(run.unfinished == 2)
        #expect(abs(run.endSeconds - 3610) < 2)
        #expect(run.waits.allSatisfy { $0 > 3600 })
    }

    @Test func onlyIdleWorkersLeaveUnlessAllowed() {
        let trace = Workload.diurnal.trace(seed: 2)
        var settings = Workload.diurnal.settings(seed: 2)
        let idle = Simulator.run(trace, settings, HorizonPolicy())
        #expect(idle.busyVictims == 0)
        settings.victims = .any(graceSeconds: 60)
        #expect(Simulator.run(trace, settings, HorizonPolicy()).busyVictims > 50)
    }

    @Test func aBottleneckIsSeenInTheThroughputAlone() {
        let trace = Trace((0..<600).map { .init(arrivalSeconds: Double($0) / 20, serviceSeconds: 1) })
        var settings = settings
        settings.range = 20...20
        let free = Simulator.run(trace, settings, FixedPolicy(20))
        settings.bottleneck = 5
        let bound = Simulator.run(trace, settings, FixedPolicy(20))
        #expect(free.endSeconds < 35)
        // 600 s of work, five at a time.
        #expect(bound.endSeconds > 110)
        #expect(bound.endSeconds < 150)
    }
}

/// Wants as many workers as there may be, and keeps what it was told of their boots.
private final class WatchingPolicy: ScalingPolicy {
    let bootTimes = Mutex<[Duration]>([])

    func decide(_ observation: ScalingObservation) -> ScalingDecision {
        bootTimes.withLock { $0.append(observation.bootTime) }
        return FixedPolicy(nil).decide(observation)
    }
}
