import JobModel
import JobStore
import NIOCore
import WorkerProtocol

/// What workers say about their jobs.
extension ResidentPool {
    /// What a worker's connection read in one go.
    func settled(_ frames: [SettlementFrame], by worker: Worker) {
        let now = context.time.uptime()
        let wall = context.time.now()
        var ends: [AttemptEnd] = []
        ends.reserveCapacity(frames.count)
        var returned: [Lease] = []
        var stale: [Lease] = []
        var interrupted: [InFlightJob] = []
        for frame in frames {
            let lease = Lease(job: JobID(Int64(bitPattern: frame.job)), token: frame.lease)
            guard let job = worker.jobs.remove(lease, at: now) else {
                stale.append(lease)
                continue
            }
            context.progress.forget(lease.job)
            worker.output.settled(job)
            if case .returned = frame.outcome {
                // Cancelled before it began: nobody else may begin it.
                if job.ending == .cancel {
                    ends.append(AttemptEnd(job: job, report: .cancelled, startedAt: wall))
                } else {
                    returned.append(job.lease)
                }
                continue
            }
            if isInterruption(frame, of: job, by: worker) {
                interrupted.append(job)
                continue
            }
            worker.prefetch.record(runMicroseconds: frame.runMicroseconds)
            counts.busySeconds += (now - (job.startedAt ?? now)).inSeconds
            let report = AttemptReport(frame.outcome, of: job, resultLimitBytes: context.limits.resultBytes)
            count(report, of: worker)
            let started = wall - .microseconds(Int64(frame.runMicroseconds))
            ends.append(AttemptEnd(job: job, report: report, startedAt: started))
        }
        worker.link?.await(ends.count + stale.count)
        if !stale.isEmpty { worker.link?.confirm(accepted: 0, stale: stale) }
        if !returned.isEmpty { context.store.release(returned) }
        if !interrupted.isEmpty { giveBack(interrupted, interruptedIn: worker) }
        context.settler.settle(ends, worker: worker.name, link: worker.link)
        if worker.jobs.waiting.isEmpty { worker.isRecalled = false }
        if !ends.isEmpty { proved(worker) }
        if worker.jobs.isEmpty { idle(worker) } else { arm(worker) }
        context.pump()
    }

    /// Whether it only failed because its worker is stopped: the whole process group was sent SIGTERM, a job's child process
    /// may have died of it, and that says nothing about the job.
    private func isInterruption(_ frame: SettlementFrame, of job: InFlightJob, by worker: Worker) -> Bool {
        guard case .fail = frame.outcome, job.ending == nil, worker.hasBeenSignalled else { return false }
        switch worker.stopReason {
        // These count as its death: what it says of its jobs then has to count as well, or it would go on for ever.
        case nil, .bootTimeout, .watchdog, .lostConnection: return false
        default: return true
        }
    }

    private func count(_ report: AttemptReport, of worker: Worker) {
        if case .done = report {
            worker.completed += 1
            worker.generation.completed += 1
            counts.completed += 1
            health.completedJob()
        } else {
            worker.failed += 1
            counts.failed += 1
            // To ask for another time, to discard and to be cancelled say nothing about the program.
            switch report {
            case .failed, .timedOut: worker.generation.failed += 1
            default: break
            }
        }
    }

    /// It brought jobs to an end: a sign of health, and perhaps enough of them.
    private func proved(_ worker: Worker) {
        worker.slot?.backoff.healthy()
        if worker.isCanary, worker.completed > 0, health.isDegraded { recovered() }
        if let reason = worker.recycling.settled(worker.settled) { recycle(worker, reason) }
        advanceRollout()
    }

    private func idle(_ worker: Worker) {
        worker.runsSuspect = false
        worker.isBeingEmptied = false
        placeSuspects()
        if worker.jobs.isEmpty, apply(.idle, to: worker) { return }
        // Draining, and now with empty hands: it has the grace to leave.
        if worker.jobs.isEmpty, worker.state == .draining { startLeaving(worker) }
        arm(worker)
    }
}
