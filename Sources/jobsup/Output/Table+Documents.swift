import JobModel

extension Table {
    static func of(_ queues: [QueueDocument]) -> Table {
        var table = Table([
            .left("QUEUE"), .right("PENDING"), .right("QUEUED"), .right("RUNNING"), .measure("OLDEST"),
            .right("COMPLETED"), .right("FAILED"), .left("POOLS"),
        ])
        for queue in queues {
            let failed = (queue.finished["failed"] ?? 0) + (queue.finished["timeout"] ?? 0)
            let isServed = !queue.pools.isEmpty
            table.add([
                Cell(queue.name), Cell(Shown.count(queue.pending)), Cell(Shown.count(queue.queued)),
                Cell(Shown.count(queue.processing)), Cell(Shown.seconds(queue.oldestQueuedSeconds)),
                Cell(Shown.count(queue.finished["completed"] ?? 0)),
                Cell(Shown.count(failed), failed > 0 ? .bad : nil),
                isServed ? Cell(queue.pools.joined(separator: ",")) : Cell("none", queue.queued > 0 ? .bad : .quiet),
            ])
        }
        return table
    }

    static func of(_ pools: [PoolDocument]) -> Table {
        var table = Table([
            .left("POOL"), .left("KIND"), .left("HEALTH"), .right("WANTED"), .right("ACTUAL"), .right("READY"),
            .right("BUSY"),
            .right("BOUNDS"), .right("RESTARTS"), .right("RECYCLED"), .left("QUEUES"), .left("LAST EXIT"),
        ])
        for pool in pools {
            // An exec pool has as many processes as there are jobs to run.
            let isShort = pool.kind != "exec" && pool.actual < pool.wanted
            table.add([
                Cell(pool.name), Cell(pool.kind), .state(pool.removed ? "removed" : pool.health),
                Cell(String(pool.wanted)), Cell(String(pool.actual), isShort ? .notable : nil),
                Cell(String(pool.ready)), Cell(String(pool.busy)), Cell("\(pool.min)-\(pool.max)"),
                Cell(String(pool.restarts), pool.restarts > 0 ? .notable : nil), Cell(String(pool.recycled)),
                Cell(pool.queues.joined(separator: ",")), Cell(pool.lastExit ?? ""),
            ])
        }
        return table
    }

    static func of(_ workers: [WorkerDocument], at now: Timestamp) -> Table {
        var table = Table([
            .left("WORKER"), .left("POOL"), .right("PID"), .left("STATE"), .measure("SINCE"), .right("DONE"),
            .right("FAILED"), .measure("RSS"), .left("JOBS"),
        ])
        for worker in workers {
            let jobs = worker.jobs.map { "\($0.taskId) (\($0.type), \(Shown.age($0.since, at: now)))" }
            table.add([
                Cell(worker.name), Cell(worker.pool), Cell(worker.pid.map(String.init) ?? "-"), .state(worker.state),
                Cell(Shown.age(worker.since, at: now)), Cell(Shown.count(worker.completed)),
                Cell(Shown.count(worker.failed), worker.failed > 0 ? .bad : nil), Cell(Shown.bytes(worker.rssBytes)),
                Cell(jobs.joined(separator: ", ")),
            ])
        }
        return table
    }

    static func of(_ jobs: [JobDocument], at now: Timestamp) -> Table {
        var table = Table([
            .right("JOB"), .left("TYPE"), .left("QUEUE"), .left("STATUS"), .right("ATTEMPT"), .measure("AGE"),
            .left("WORKER"), .left("ERROR"),
        ])
        for job in jobs {
            let error = job.error.map { "\($0.type): \($0.message)" } ?? ""
            table.add([
                Cell(job.taskId), Cell(job.type), Cell(job.queue), .state(job.status),
                Cell("\(job.attempt)/\(job.maxAttempts)"), Cell(Shown.age(job.enqueuedAt, at: now)),
                Cell(job.worker ?? ""), Cell(String(error.prefix(60))),
            ])
        }
        return table
    }
}
