import NIOCore
import WorkerProtocol

/// The long-lived tasks that run handlers, one for each slot.
extension JobRunner {
    /// The tasks are held in the state and outlive no run: ``run()`` waits for them, if only so long.
    func startTask(_ slot: Int, _ state: inout State) {
        state.liveTasks += 1
        state.tasks[slot] = Task { await self.work(slot) }
    }

    private func work(_ slot: Int) async {
        var next = state.withLockedValue { $0.bench.next(for: slot) }
        slot: while true {
            switch next {
            case .run(let job):
                let startedAt = now()
                let outcome = await perform(job, slot, startedAt)
                next = settle(slot, outcome, microseconds: (now() - startedAt).microseconds)
            case .wait:
                guard let job = await delivery(slot) else { break slot }
                next = .run(job)
            case .end:
                break slot
            }
        }
        endTask(slot)
    }

    private func perform(_ job: JobFrame, _ slot: Int, _ startedAt: ContinuousClock.Instant) async -> JobOutcome {
        guard let handler = handlers[job.type] else { return .unknownTask(job.type) }
        do {
            let context = JobContext(frame: job, slot: slot, startedAt: startedAt, reporter: self, log: log)
            return .done(try await handler(job.payload, context))
        } catch {
            return JobOutcome(error)
        }
    }

    /// Ends the slot's job and gives it the next one: one lock for both.
    private func settle(_ slot: Int, _ outcome: JobOutcome, microseconds: UInt32) -> Workbench.Next {
        update { state in
            var outcome = outcome
            if case .done(let result) = outcome, result.count > state.resultLimit {
                outcome = .resultTooLarge(bytes: result.count, limit: state.resultLimit)
            }
            state.bench.settle(slot: slot, outcome: outcome, runMicroseconds: microseconds)
            return state.bench.next(for: slot)
        }
    }

    private func delivery(_ slot: Int) async -> JobFrame? {
        await withCheckedContinuation { continuation in
            let delivered: JobFrame?? = state.withLockedValue { state in
                if case .delivered(let job) = state.mailboxes[slot] {
                    state.mailboxes[slot] = .empty
                    return .some(job)
                }
                state.mailboxes[slot] = .waiting(continuation)
                return nil
            }
            if let delivered { continuation.resume(returning: delivered) }
        }
    }

    /// Puts a job, or the end, into a slot's mailbox; gives what wakes the slot, to be called outside the lock.
    func deliver(_ job: JobFrame?, to slot: Int, _ state: inout State) -> (@Sendable () -> Void)? {
        if case .waiting(let continuation) = state.mailboxes[slot] {
            state.mailboxes[slot] = .empty
            return { continuation.resume(returning: job) }
        }
        state.mailboxes[slot] = .delivered(job)
        return nil
    }

    private func endTask(_ slot: Int) {
        let isLast = state.withLockedValue { state in
            state.liveTasks -= 1
            if state.bench.revive(slot) { startTask(slot, &state) }
            return state.liveTasks == 0 && state.life == .running
        }
        if isLast { slotsEnded.succeed() }
    }
}

extension JobRunner: ProgressReporter {
    func report(_ progress: JobProgress, of job: JobFrame, slot: Int) {
        let delay = update { $0.bench.report(progress, of: job, slot: slot, at: now()) }
        guard let delay else { return }
        channel.eventLoop.scheduleTask(in: TimeAmount(delay)) {
            self.update { $0.bench.sendProgress(slot: slot, job: job, at: self.now()) }
        }
    }
}

extension Duration {
    fileprivate var microseconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
