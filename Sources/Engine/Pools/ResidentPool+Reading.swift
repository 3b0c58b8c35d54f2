import Scaling

extension ResidentPool {
    var attempts: Int { counts.completed + counts.failed }

    func reading() -> PoolReading {
        let now = context.time.uptime()
        var reading = PoolReading()
        reading.workers.leaving = leaving.count
        for worker in crew {
            switch worker.state {
            case .spawning, .starting: reading.workers.starting += 1
            case .ready: reading.workers.idle += 1
            case .busy: reading.workers.busy += 1
            case .draining, .stopping, .killing, .unkillable, .exited: reading.workers.leaving += 1
            }
        }
        for worker in everyWorker {
            reading.running += worker.jobs.running.count
            reading.waiting += worker.jobs.waiting.count
            for job in worker.jobs.running { reading.busySeconds += (now - (job.startedAt ?? now)).inSeconds }
        }
        reading.attempts = attempts
        reading.busySeconds += counts.busySeconds
        reading.workerBytes = crew.filter(\.isMeasuredAtWork).compactMap(\.memoryBytes).percentile95
        reading.bootTime = boots.median
        return reading
    }
}
