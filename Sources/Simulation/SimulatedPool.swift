/// The worker processes of a simulation. Jobs go to the worker that was busy last, so that surplus ones stay idle; the
/// daemon hands them out the same way.
struct SimulatedPool {
    enum State { case starting, idle, busy, gone }

    struct Worker {
        var state = State.starting
        var isLeaving = false
        var job = -1
        var jobStart = 0.0
        var start: Double
    }

    private(set) var workers: [Worker] = []
    /// Indices; the one that became idle last is at the end.
    private var idleStack: [Int] = []
    private(set) var starting = 0
    private(set) var busy = 0
    /// Busy ones on their way out.
    private(set) var leaving = 0
    /// Seconds of processes that have ended.
    private var endedSeconds = 0.0
    private var startSum = 0.0
    private(set) var processes = 0

    var idle: Int { idleStack.count }
    var live: Int { starting + idle + busy }
    var running: Int { busy + leaving }

    func workerSeconds(at time: Double) -> Double {
        endedSeconds + Double(processes) * time - startSum
    }

    mutating func start(at time: Double) -> Int {
        workers.append(Worker(start: time))
        starting += 1
        processes += 1
        startSum += time
        return workers.count - 1
    }

    /// False for one that is gone already.
    mutating func boot(_ index: Int) -> Bool {
        guard workers[index].state == .starting else { return false }
        workers[index].state = .idle
        starting -= 1
        idleStack.append(index)
        return true
    }

    /// Gives a job to an idle worker.
    mutating func take(_ job: Int, at time: Double) -> Int? {
        guard let index = idleStack.popLast() else { return nil }
        workers[index].state = .busy
        workers[index].job = job
        workers[index].jobStart = time
        busy += 1
        return index
    }

    /// The worker has done its job; one that leaves is gone then.
    mutating func finish(_ index: Int, at time: Double) {
        workers[index].job = -1
        if workers[index].isLeaving {
            leaving -= 1
            end(index, at: time)
        } else {
            busy -= 1
            workers[index].state = .idle
            idleStack.append(index)
        }
    }

    /// The one that has been idle for longest leaves.
    mutating func dropIdle(at time: Double) -> Bool {
        guard !idleStack.isEmpty else { return false }
        end(idleStack.removeFirst(), at: time)
        return true
    }

    mutating func dropStarting(at time: Double) -> Bool {
        guard starting > 0, let index = workers.lastIndex(where: { $0.state == .starting }) else { return false }
        starting -= 1
        end(index, at: time)
        return true
    }

    /// Those that could be told to leave, busy or not.
    var ready: [Int] {
        workers.indices.filter { index in
            switch workers[index].state {
            case .idle: true
            case .busy: !workers[index].isLeaving
            case .starting, .gone: false
            }
        }
    }

    /// True for a busy one, which leaves when its job has ended.
    mutating func askToLeave(_ index: Int, at time: Double) -> Bool {
        if workers[index].state == .idle {
            idleStack.removeAll { $0 == index }
            end(index, at: time)
            return false
        }
        workers[index].isLeaving = true
        busy -= 1
        leaving += 1
        return true
    }

    /// Ends one that leaves and still has its job; gives the job back.
    mutating func kill(_ index: Int, at time: Double) -> Int? {
        guard workers[index].state == .busy, workers[index].isLeaving else { return nil }
        let job = workers[index].job
        leaving -= 1
        end(index, at: time)
        return job
    }

    private mutating func end(_ index: Int, at time: Double) {
        workers[index].state = .gone
        processes -= 1
        startSum -= workers[index].start
        endedSeconds += time - workers[index].start
    }
}
