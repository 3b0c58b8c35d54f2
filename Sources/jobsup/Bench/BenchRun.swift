import JobModel
import JobsupClient

/// Puts a load on a daemon, and waits until it has borne it.
struct BenchRun {
    /// Enqueues so many jobs in one request; gives the last one's id.
    private typealias Send = @Sendable (Int) async throws -> String

    let load: BenchLoad
    let time: TimeSource
    let sockets: DaemonSockets

    /// The time of every request, and the last job.
    func enqueueByFrames() async throws -> (latencies: [Duration], last: String) {
        let options = ClientJobOptions(queue: load.queue)
        let jobs = Array(repeating: ClientJob(load.type, bytes: load.payload, options: options), count: load.batch)
        return try await enqueue {
            let client = StreamClient(sockets)
            try await client.connect()
            return { count in
                do {
                    return try await client.enqueue(Array(jobs.prefix(count))).last?.id ?? ""
                } catch let refusal as Refusal {
                    throw Complaint(refusal.message, hint: refusal.hint, .refused)
                }
            }
        }
    }

    func enqueueByHTTP() async throws -> (latencies: [Duration], last: String) {
        let daemon = DaemonAPI(sockets)
        let task = try load.task()
        return try await enqueue {
            { count in
                if count == 1 { return try await daemon.enqueue(task).document.taskId }
                let tasks = Array(repeating: task, count: count)
                return try await daemon.enqueue(tasks).document.tasks.last?.taskId ?? ""
            }
        }
    }

    /// Waits for the last job, and then for those that were overtaken by it.
    func waitUntilFinished(_ wanted: Int, last: String) async throws {
        let daemon = DaemonAPI(sockets)
        var bar = ProgressBar("finished", time: time)
        while true {
            let missing = max(0, wanted - (try await daemon.status().document.finished))
            bar.show(load.jobs - missing, fraction: 1 - Double(missing) / Double(load.jobs))
            if missing == 0 { break }
            // The long poll ends the moment that the last job does; the sleep keeps the measured daemon in peace.
            let job = try await daemon.job(last, waitingAtMost: .milliseconds(200)).document
            if job.isFinished { try await Task.sleep(for: .milliseconds(10)) }
        }
        bar.finish(load.jobs, fraction: 1)
    }

    /// Every place in the window of a connection takes the next request as soon as it has the answer to its last one.
    private func enqueue(connect: () async throws -> Send) async throws -> (latencies: [Duration], last: String) {
        let requests = load.requests
        let tally = BenchTally()
        var senders: [Send] = []
        for _ in 0..<min(load.connections, requests.count) {
            senders += Array(repeating: try await connect(), count: load.window)
        }
        let start = time.uptime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for send in senders {
                group.addTask {
                    while true {
                        let request = tally.takeNext()
                        guard request < requests.count else { return }
                        let pause = start + load.due(request) - time.uptime()
                        if pause > .zero { try await Task.sleep(for: pause) }
                        let begin = time.uptime()
                        let id = try await send(requests[request])
                        tally.add(time.uptime() - begin, job: id)
                    }
                }
            }
            try await group.waitForAll()
        }
        return tally.results
    }
}
