import Foundation

/// The workloads that policies are compared on. They were fixed before anything was tuned on them; all start with one
/// worker, which is also the least. The largest number is such that a pool that is always full misses nothing.
extension Workload {
    package static let standard: [Workload] = [
        steady, step, spikes, batch, tightBatch, diurnal, drift, heavyTail, longJobs, onOff, topOfHour, functions,
    ]

    private static func pool(_ most: Int, target: Double, boot: Double) -> SimulationSettings {
        SimulationSettings(range: 1...most, targetSeconds: target, bootSeconds: boot)
    }

    private static func trace(
        _ times: [Double], seconds: Double, _ service: ServiceDistribution, _ random: inout SeededGenerator
    ) -> Trace {
        Trace(
            times.sorted().map { .init(arrivalSeconds: $0, serviceSeconds: service.draw(&random)) }, seconds: seconds)
    }

    package static let steady = Workload(
        name: "steady", summary: "4 jobs/s of 1.5 s for an hour", settings: pool(40, target: 10, boot: 3)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 3600, limit: 4, &random) { _ in 4 }
        return trace(times, seconds: 3600, .logNormal(mean: 1.5, variation: 1), &random)
    }

    package static let step = Workload(
        name: "step", summary: "2 jobs/s of 1 s, 12/s from the 20th minute to the 40th",
        settings: pool(60, target: 30, boot: 5)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 3600, limit: 12, &random) { $0 >= 1200 && $0 < 2400 ? 12 : 2 }
        return trace(times, seconds: 3600, .exponential(mean: 1), &random)
    }

    package static let spikes = Workload(
        name: "spikes", summary: "2 jobs/s of 1 s, six spikes of 16/s for 45 to 120 s",
        settings: pool(60, target: 10, boot: 5)
    ) { random in
        let spikes = (0..<6).map { part in
            let start = 600 * Double(part) + 60 + 360 * random.unit()
            return start..<start + 45 + 75 * random.unit()
        }
        let times = ArrivalProcess.poisson(seconds: 3600, limit: 16, &random) { second in
            spikes.contains { $0.contains(second) } ? 16 : 2
        }
        return trace(times, seconds: 3600, .logNormal(mean: 1, variation: 1), &random)
    }

    package static let batch = Workload(
        name: "batch", summary: "300 to 700 jobs of 1 s at once, every 10 min, on a cold pool",
        settings: pool(60, target: 30, boot: 5)
    ) { random in
        let times = (0..<6).flatMap { part in
            ArrivalProcess.batch(
                at: 600 * Double(part) + 30 + 300 * random.unit(), jobs: 300 + random.index(below: 401), within: 2,
                &random)
        }
        return trace(times, seconds: 3600, .logNormal(mean: 1, variation: 0.5), &random)
    }

    package static let tightBatch = Workload(
        name: "tight batch", summary: "150 to 350 jobs of 0.5 s at once, every 5 min, on a cold pool, target 10 s",
        settings: pool(60, target: 10, boot: 3)
    ) { random in
        let times = (0..<12).flatMap { part in
            ArrivalProcess.batch(
                at: 300 * Double(part) + 30 + 150 * random.unit(), jobs: 150 + random.index(below: 201), within: 2,
                &random)
        }
        return trace(times, seconds: 3600, .logNormal(mean: 0.5, variation: 0.5), &random)
    }

    package static let diurnal = Workload(
        name: "diurnal", summary: "a day in two hours: 1 to 11 jobs/s of 1.2 s",
        settings: pool(60, target: 30, boot: 10)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 7200, limit: 11, &random) { second in
            6 - 5 * cos(2 * .pi * second / 7200)
        }
        return trace(times, seconds: 7200, .logNormal(mean: 1.2, variation: 1.5), &random)
    }

    package static let drift = Workload(
        name: "drift", summary: "3 jobs/s whose service grows from 0.5 s to 4 s and falls again",
        settings: pool(60, target: 10, boot: 5)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 3600, limit: 3, &random) { _ in 3 }
        return Trace(
            times.map { second in
                let mean = 0.5 + 3.5 * (1 - abs(second - 1800) / 1800)
                let service = ServiceDistribution.logNormal(mean: mean, variation: 0.7).draw(&random)
                return .init(arrivalSeconds: second, serviceSeconds: service)
            }, seconds: 3600)
    }

    package static let heavyTail = Workload(
        name: "heavy tail", summary: "0.5 jobs/s of 20 s in the mean, most short, some of many minutes",
        settings: pool(60, target: 30, boot: 5)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 7200, limit: 0.5, &random) { _ in 0.5 }
        return trace(times, seconds: 7200, .logNormal(mean: 20, variation: 3), &random)
    }

    package static let longJobs = Workload(
        name: "long jobs", summary: "3 jobs a minute of 2 min each, four times the target",
        settings: pool(40, target: 30, boot: 10)
    ) { random in
        let times = ArrivalProcess.poisson(seconds: 7200, limit: 0.05, &random) { _ in 0.05 }
        return trace(times, seconds: 7200, .logNormal(mean: 120, variation: 0.7), &random)
    }

    package static let onOff = Workload(
        name: "on/off", summary: "10 jobs/s of 1 s for 2 min in the mean, then nothing for 3 min in the mean",
        settings: pool(60, target: 10, boot: 3)
    ) { random in
        var edges: [Double] = [0]
        while let last = edges.last, last < 3600 {
            // Off first: the pool is cold.
            edges.append(last + random.exponential(mean: edges.count % 2 == 1 ? 180 : 120))
        }
        let frozen = edges
        let times = ArrivalProcess.poisson(seconds: 3600, limit: 10, &random) { second in
            // After an odd number of edges beyond the first it is on.
            (frozen.firstIndex { $0 > second } ?? 0) % 2 == 0 ? 10 : 0
        }
        return trace(times, seconds: 3600, .logNormal(mean: 1, variation: 1), &random)
    }

    package static let topOfHour = Workload(
        name: "timers", summary: "3 jobs/s of 0.8 s, and what timers bring: 100 jobs every 5 min, 400 every half hour",
        settings: pool(80, target: 10, boot: 5)
    ) { random in
        var times = ArrivalProcess.poisson(seconds: 7200, limit: 3, &random) { _ in 3 }
        for part in 0..<24 {
            times += ArrivalProcess.batch(
                at: 300 * Double(part) + 20, jobs: part % 6 == 0 ? 400 : 100, within: 4, &random)
        }
        return trace(times, seconds: 7200, .logNormal(mean: 0.8, variation: 1), &random)
    }

    /// The shape of serverless functions that queues trigger: log-normal execution times with log-mean −0.38 and
    /// log-deviation 2.36 (Shahrad et al., "Serverless in the Wild", USENIX ATC 2020, for the means of functions; here
    /// for single jobs, cut at the platform's 5 min), and a rate that is drawn anew each minute, since counts per minute
    /// vary far more than Poisson's. No data of theirs are used.
    package static let functions = Workload(
        name: "functions", summary: "serverless functions: log-normal service, a rate that changes each minute",
        settings: pool(80, target: 30, boot: 5)
    ) { random in
        let rates = (0..<120).map { _ in ServiceDistribution.logNormal(mean: 1, variation: 0.8).draw(&random) }
        let limit = rates.max() ?? 1
        let times = ArrivalProcess.poisson(seconds: 7200, limit: limit, &random) { rates[min(119, Int($0 / 60))] }
        return trace(times, seconds: 7200, .cutLogNormal(logMean: -0.38, logDeviation: 2.36, limit: 300), &random)
    }
}
