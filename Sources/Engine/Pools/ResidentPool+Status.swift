import JobModel
import Supervision

extension ResidentPool {
    func status() -> PoolStatus {
        let uptime = context.time.uptime()
        let now = context.time.now()
        let workers = everyWorker.map { worker in
            WorkerStatus(
                name: worker.name, pool: settings.name, pid: worker.pid, state: worker.state, since: worker.since,
                jobs: worker.jobs.running.sorted { $0.lease.job < $1.lease.job }.map { job in
                    RunningJob(
                        id: job.lease.job, type: job.type, since: now - (uptime - (job.startedAt ?? uptime)),
                        limit: job.timeout)
                },
                completed: worker.completed, failed: worker.failed, build: worker.build,
                generation: worker.generation.number, memoryBytes: worker.memoryBytes, statusText: worker.statusText,
                note: worker.stopReason?.words ?? worker.recycleReason.map { StopReason.recycled($0).words })
        }
        return PoolStatus(
            settings: settings, isRemoved: isRemoved, wanted: isDraining ? 0 : wanted, health: health.state,
            generation: generation.number, rollout: rolloutStatus, workers: workers,
            backoff: isDraining ? 0 : slots.count { $0.worker == nil }, restarts: counts.restarts,
            recycled: counts.recycled, completed: counts.completed, failed: counts.failed, ends: ends.all)
    }

    private var rolloutStatus: RolloutStatus {
        guard let rollout else { return lastRollout.map(RolloutStatus.ended) ?? .none }
        // Where nothing is started any more, nobody is to wait for the rest of the way back.
        if rollout.isGoingBack { return health.isHeld ? .ended(lastRollout ?? "") : .goingBack(why: lastRollout ?? "") }
        return .running(done: slots.count { $0.worker?.generation === rollout.target })
    }
}
