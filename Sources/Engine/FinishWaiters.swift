import JobModel
import NIOCore

/// Those who wait for a job to finish. Lives on the engine's event loop.
final class FinishWaiters {
    private var promises: [JobID: [EventLoopPromise<Void>]] = [:]
    private var isOver = false

    /// Completes when the job has finished or the time is over; the caller looks which. A caller that does not wait for it
    /// succeeds the promise itself.
    func wait(for job: JobID, atMost limit: TimeAmount, on loop: any EventLoop) -> EventLoopPromise<Void> {
        let promise = loop.makePromise(of: Void.self)
        guard !isOver else {
            promise.succeed()
            return promise
        }
        promises[job, default: []].append(promise)
        let timer = loop.assumeIsolated().scheduleTask(in: limit) { promise.succeed() }
        promise.futureResult.assumeIsolated().whenComplete { _ in
            timer.cancel()
            self.promises[job]?.removeAll { $0.futureResult === promise.futureResult }
            if self.promises[job]?.isEmpty == true { self.promises[job] = nil }
        }
        return promise
    }

    func finished(_ job: JobID) {
        guard !promises.isEmpty, let waiting = promises[job] else { return }
        for promise in waiting { promise.succeed() }
    }

    /// Lets everybody go, also those who come later: nothing finishes any more, and whoever asks again and again would hold up
    /// the daemon's stop.
    func finishAll() {
        isOver = true
        for promise in promises.values.flatMap({ $0 }) { promise.succeed() }
    }
}
