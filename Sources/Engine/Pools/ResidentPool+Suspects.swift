import JobModel

/// Jobs that are not handed out like all others.
///
/// When a worker dies, each job that ran in it may have been the cause, and the count of crashes grows for all. So that
/// no job is quarantined for what its neighbour did, the attempt that may be the last one runs alone.
extension ResidentPool {
    /// Sorts out what cannot be handed to just any worker, or to none; gives the rest.
    func admit(_ jobs: [ClaimedJob]) -> [ClaimedJob] {
        let limit = context.limits.payloadFrameBytes
        guard jobs.contains(where: { $0.crashes + 1 >= JobPolicy.crashLimit || $0.payload.count > limit }) else {
            return jobs
        }
        var rest: [ClaimedJob] = []
        for job in jobs {
            if job.payload.count > limit {
                refuse(job, limit: limit)
            } else if job.crashes + 1 >= JobPolicy.crashLimit {
                suspects.append(job)
            } else {
                rest.append(job)
            }
        }
        // With nothing completed since the last death it may be the program that kills: other jobs try first.
        if rest.isEmpty || health.hasProof { placeSuspects() }
        return rest
    }

    /// A worker would refuse such a frame and end. The limit was lowered after the job had come.
    private func refuse(_ job: ClaimedJob, limit: Int) {
        let message =
            "the payload has \(job.payload.count) bytes, and no more than \(limit) can be handed to a worker: "
            + "raise limits.payload, restart, and run the job again"
        let report = AttemptReport.failed(type: "PayloadTooLarge", message: message, mayRetry: false)
        let end = AttemptEnd(job: InFlightJob(job), report: report, startedAt: context.time.now())
        context.settler.settle([end], worker: settings.name, link: nil)
    }

    /// Hands each suspect to a worker that has nothing else; while there is none, one worker is emptied.
    func placeSuspects() {
        guard !suspects.isEmpty else { return }
        let able = crew.filter { $0.state.isCapacity && $0.link != nil && $0.exit == nil }
        guard !able.isEmpty else { return releaseSuspects() }
        for worker in able where worker.jobs.isEmpty && !suspects.isEmpty {
            worker.runsSuspect = true
            worker.isBeingEmptied = false
            deliver([suspects.removeFirst()], to: worker, at: context.time.uptime())
            worker.link?.flush()
        }
        guard !suspects.isEmpty else { return stopEmptying() }
        guard !able.contains(where: { $0.runsSuspect || $0.isBeingEmptied }) else { return }
        able.min { $0.jobs.count < $1.jobs.count }?.isBeingEmptied = true
    }

    /// No suspect waits any more.
    private func stopEmptying() {
        for worker in crew { worker.isBeingEmptied = false }
    }

    /// Back to the queue: nobody is there to run them.
    func releaseSuspects() {
        guard !suspects.isEmpty else { return }
        context.store.release(suspects.map(\.lease))
        suspects = []
        stopEmptying()
    }

    func cancelSuspect(_ lease: Lease) -> Bool {
        guard let index = suspects.firstIndex(where: { $0.lease == lease }) else { return false }
        let job = InFlightJob(suspects.remove(at: index))
        let end = AttemptEnd(job: job, report: .cancelled, startedAt: context.time.now())
        context.settler.settle([end], worker: settings.name, link: nil)
        if suspects.isEmpty { stopEmptying() }
        context.pump()
        return true
    }
}
