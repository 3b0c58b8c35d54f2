import Foundation
import Scaling
import Simulation

/// All contestants on all workloads, each pair on the same traces.
struct Contest: Sendable {
    var workloads: [Workload]
    var contestants: [Contestant]
    var seeds: [UInt64]

    /// The reports of each workload, in the order of the contestants, each the mean over the seeds.
    func reports() async -> [[SimulationReport]] {
        await withTaskGroup(of: (Int, UInt64, [SimulationReport]).self) { group in
            for index in workloads.indices {
                for seed in seeds {
                    group.addTask { (index, seed, play(workloads[index], seed: seed)) }
                }
            }
            var found = Array(repeating: [UInt64: [SimulationReport]](), count: workloads.count)
            for await (index, seed, reports) in group { found[index][seed] = reports }
            // In the order of the seeds, or the sums would round otherwise each time.
            return workloads.indices.map { index in
                contestants.indices.compactMap { place in
                    SimulationReport.mean(
                        seeds.compactMap { found[index][$0]?[place] }, workload: workloads[index].name)
                }
            }
        }
    }

    private func play(_ workload: Workload, seed: UInt64) -> [SimulationReport] {
        let trace = workload.trace(seed: seed)
        let settings = workload.settings(seed: seed)
        let least = settings.range.lowerBound
        let oracle = Oracle(trace, target: settings.targetSeconds, least: least)
        // What a pool misses that is full from the first moment on, no policy can avoid.
        var full = settings
        full.range = settings.range.upperBound...settings.range.upperBound
        let fullRun = Simulator.run(trace, full, FixedPolicy(nil))
        let unavoidable = SimulationReport.missShare(fullRun, target: settings.targetSeconds)
        return contestants.map { contestant in
            SimulationReport(
                workload: workload.name, policy: contestant.name, run: contestant.run(trace, settings), oracle: oracle,
                least: least, target: settings.targetSeconds, unavoidable: unavoidable)
        }
    }
}

extension Contest {
    /// A picture of each pair, on the first seed.
    func draw(into directory: URL) async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for workload in workloads {
                group.addTask { try draw(workload, into: directory) }
            }
            try await group.waitForAll()
        }
    }

    private func draw(_ workload: Workload, into directory: URL) throws {
        guard let seed = seeds.first else { return }
        let trace = workload.trace(seed: seed)
        let settings = workload.settings(seed: seed)
        let target = settings.targetSeconds
        let oracle = Oracle(trace, target: target, least: settings.range.lowerBound)
        for contestant in contestants {
            let picture = Picture(
                title: "\(workload.name), \(contestant.name): \(workload.summary)", trace: trace,
                run: contestant.run(trace, settings), oracle: oracle, target: target)
            let name = "\(workload.name) - \(contestant.name)".map {
                $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_"
            }
            try Data(picture.svg.utf8).write(to: directory.appending(path: String(name) + ".svg"))
        }
    }
}
