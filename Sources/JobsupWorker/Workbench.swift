import NIOCore
import WorkerProtocol

/// What a worker has in hand: jobs that wait, jobs that run, and the frames on their way to the daemon.
///
/// A value without I/O and without locks. Every verb puts the frames that it causes into the outgoing buffer and says
/// what is to be done besides.
struct Workbench {
    enum Phase {
        case open
        /// Nothing new is started; what runs is finished.
        case draining
        case closed
    }

    /// What a slot does next.
    enum Next {
        case run(JobFrame)
        case wait
        case end
    }

    /// A job for a slot that waits.
    struct Assignment {
        let slot: Int
        let job: JobFrame
    }

    private struct Slot {
        var running: RunningJob?
        /// Why its task was cancelled. A cancelled task starts no other job.
        var cancellation: Cancellation?
    }

    private enum Cancellation {
        case byDaemon
        case stopping
    }

    private(set) var phase = Phase.open
    private(set) var runningCount = 0
    private var slots: [Slot]
    /// Waiting slots; the one that ran last is taken first, its thread is the warm one.
    private var idle: [Int] = []
    private var waiting = CircularBuffer<JobFrame>()
    private var outgoing = ByteBuffer()

    init(slots: Int) {
        self.slots = Array(repeating: Slot(), count: slots)
    }

    var hasOutgoing: Bool { outgoing.readableBytes > 0 }
    var hasWork: Bool { runningCount > 0 || !waiting.isEmpty }
    /// Nothing is left to do for a worker that was asked to leave.
    var isDrained: Bool { phase == .draining && runningCount == 0 }

    mutating func takeOutgoing() -> ByteBuffer {
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    // MARK: From the daemon

    /// Takes jobs in, in the order received, and hands them to the slots that wait.
    mutating func receive(_ jobs: some Sequence<JobFrame>) -> [Assignment] {
        switch phase {
        case .open: break
        case .draining:
            for job in jobs { giveBack(job) }
            return []
        case .closed: return []
        }
        waiting.append(contentsOf: jobs)
        var assignments: [Assignment] = []
        while !idle.isEmpty, let job = waiting.popFirst() {
            let slot = idle.removeLast()
            start(job, in: slot)
            assignments.append(Assignment(slot: slot, job: job))
        }
        return assignments
    }

    /// Ends a job: gives it back when it waits, or names the slot whose task is to be cancelled.
    mutating func cancel(_ cancel: CancelFrame) -> Int? {
        let isIt = { (job: JobFrame) in job.job == cancel.job && job.lease == cancel.lease }
        if let index = waiting.firstIndex(where: isIt) {
            giveBack(waiting.remove(at: index))
            return nil
        }
        let found = slots.firstIndex { $0.running?.job == cancel.job && $0.running?.lease == cancel.lease }
        guard let slot = found, slots[slot].cancellation == nil else { return nil }
        slots[slot].cancellation = .byDaemon
        return slot
    }

    /// Gives back all that waits.
    mutating func recall() {
        while let job = waiting.popFirst() { giveBack(job) }
    }

    /// Starts nothing more. Gives the slots that wait: they have nothing to wait for now.
    mutating func drain() -> [Int] {
        guard phase == .open else { return [] }
        phase = .draining
        recall()
        return endIdle()
    }

    /// Interrupts what runs. Gives the slots whose tasks are to be cancelled.
    mutating func interrupt() -> [Int] {
        slots.indices.filter { slot in
            guard slots[slot].running != nil, slots[slot].cancellation == nil else { return false }
            slots[slot].cancellation = .stopping
            return true
        }
    }

    /// The connection has ended: nothing can be settled any more. Gives the slots that wait.
    mutating func close() -> [Int] {
        phase = .closed
        waiting.removeAll()
        outgoing = ByteBuffer()
        return endIdle()
    }

    // MARK: From the slots

    /// What a slot with free hands does.
    mutating func next(for slot: Int) -> Next {
        if phase == .closed || slots[slot].cancellation != nil { return .end }
        if let job = waiting.popFirst() {
            start(job, in: slot)
            return .run(job)
        }
        if phase == .draining { return .end }
        idle.append(slot)
        return .wait
    }

    /// Ends a slot's job.
    mutating func settle(slot: Int, outcome: JobOutcome, runMicroseconds: UInt32) {
        guard var running = slots[slot].running else { return }
        slots[slot].running = nil
        runningCount -= 1
        guard phase != .closed else { return }
        if let report = running.progress.takeLast() { write(report, of: running) }
        let frame: SettlementFrame.Outcome
        switch outcome {
        case .done(let result):
            SettlementFrame.encodeDone(
                job: running.job, lease: running.lease, runMicroseconds: runMicroseconds, result: result,
                into: &outgoing)
            return
        case .other(let other): frame = other
        case .cancelled where slots[slot].cancellation == .stopping:
            // Interrupted through no fault of its own: it uses no attempt.
            frame = .snooze(delayMilliseconds: 0, reason: "interrupted, because its worker stopped")
        case .cancelled:
            frame = .fail(errorType: "CancellationError", message: "the job was cancelled", mayRetry: true)
        }
        SettlementFrame(
            job: running.job, lease: running.lease, runMicroseconds: runMicroseconds, outcome: frame
        ).encode(into: &outgoing)
    }

    /// Whether the slot gets a new task after its old one ended by a cancellation.
    mutating func revive(_ slot: Int) -> Bool {
        guard phase == .open, slots[slot].cancellation == .byDaemon else { return false }
        slots[slot].cancellation = nil
        return true
    }

    // MARK: Progress

    /// Takes a report; answers how long to wait before asking for ``sendProgress(at:)``.
    mutating func report(
        _ progress: JobProgress, of job: JobFrame, slot: Int, at now: ContinuousClock.Instant
    ) -> Duration? {
        // A context that outlived its job has nothing to say about the slot's next one.
        guard phase != .closed, var running = slots[slot].running, running.lease == job.lease else { return nil }
        defer { slots[slot].running = running }
        switch running.progress.offer(progress, at: now) {
        case .send: write(progress, of: running)
        case .hold(let delay): return delay
        case .replaced: break
        }
        return nil
    }

    /// Sends the reports whose time has come.
    mutating func sendProgress(slot: Int, job: JobFrame, at now: ContinuousClock.Instant) {
        guard phase != .closed, var running = slots[slot].running, running.lease == job.lease,
            let report = running.progress.takeDue(at: now)
        else { return }
        slots[slot].running = running
        write(report, of: running)
    }

    // MARK: -

    private mutating func start(_ job: JobFrame, in slot: Int) {
        slots[slot].running = RunningJob(job: job.job, lease: job.lease)
        runningCount += 1
    }

    private mutating func giveBack(_ job: JobFrame) {
        SettlementFrame(job: job.job, lease: job.lease, runMicroseconds: 0, outcome: .returned).encode(into: &outgoing)
    }

    private mutating func endIdle() -> [Int] {
        defer { idle = [] }
        return idle
    }

    private mutating func write(_ progress: JobProgress, of running: RunningJob) {
        ProgressFrame(
            job: running.job, lease: running.lease, current: UInt32(clamping: progress.current),
            total: UInt32(clamping: progress.total), stage: progress.stage.prefix(utf8Bytes: TextLimit.name),
            message: progress.message.prefix(utf8Bytes: TextLimit.progress)
        ).encode(into: &outgoing)
    }
}

/// A job in a slot.
private struct RunningJob {
    let job: UInt64
    let lease: UInt64
    var progress = ProgressThrottle()
}
