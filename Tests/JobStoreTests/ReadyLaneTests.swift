import JobModel
import JobStore
import SeededRandom
import StoreConformance
import Testing

/// A lane with a pretended disk behind it.
private struct SpilledLane {
    let window: ReadyWindow
    var lane = ReadyLane()
    var disk: Set<Int64> = []
    var waiting: Set<Int64> = []

    static func job(_ id: Int64) -> ReadyJob {
        ReadyJob(
            id: JobID(id), type: "t", payload: [1], timeoutMilliseconds: 0, enqueuedAt: Timestamp(milliseconds: 0),
            maxAttempts: 1, used: 0, crashes: 0, isSpilled: false)
    }

    mutating func add(_ id: Int64) {
        waiting.insert(id)
        let isAtHand = lane.admit(JobID(id), weight: Self.job(id).weight, window: window)
        lane.keepPromises()
        if isAtHand { lane.insert(Self.job(id)) } else { disk.insert(id) }
    }

    mutating func giveBack(_ id: Int64) {
        waiting.insert(id)
        let isAtHand = lane.readmit(JobID(id), weight: Self.job(id).weight)
        lane.keepPromises()
        if isAtHand { lane.insert(Self.job(id)) } else { disk.insert(id) }
    }

    mutating func cut() {
        guard lane.overflows(window) else { return }
        for job in lane.cut(to: window) { disk.insert(job.id.rawValue) }
    }

    mutating func fetch() {
        let obliged = lane.end.rawValue
        let room = lane.room(in: window).jobs
        var found: [Int64] = []
        var reachedEnd = true
        for id in disk.sorted() where id > lane.horizon.rawValue {
            guard id <= obliged || found.count < room else {
                reachedEnd = false
                break
            }
            found.append(id)
        }
        disk.subtract(found)
        let through = found.last ?? lane.horizon.rawValue
        lane.takeIn(found.map(Self.job), through: JobID(through), reachedEnd: reachedEnd)
    }

    mutating func pop() -> Int64? {
        guard let id = lane.popFirst()?.id.rawValue else { return nil }
        waiting.remove(id)
        return id
    }

    mutating func cancel(_ id: Int64) {
        waiting.remove(id)
        if lane.remove(JobID(id)) == nil {
            disk.remove(id)
            lane.forgetAway()
        }
    }
}

@Suite("ReadyLane")
struct ReadyLaneTests {
    @Test(
        "whatever happens, jobs come in the order of their ids and none is lost",
        arguments: 1...40 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var lane = SpilledLane(window: ReadyWindow(jobs: Int.random(in: 1...12, using: &random), bytes: 1 << 20))
        var next: Int64 = 0
        var delayed: [Int64] = []
        var running: [Int64] = []
        for step in 0..<600 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                next += 1
                lane.add(next)
            case 3:
                next += 1
                delayed.append(next)
            case 4: if let id = Self.takeOne(from: &delayed, &random) { lane.add(id) }
            case 5: if let id = Self.takeOne(from: &running, &random) { lane.giveBack(id) }
            case 6: if let id = lane.waiting.sorted().randomElement(using: &random) { lane.cancel(id) }
            case 7: lane.cut()
            default:
                if lane.lane.isBlocked || lane.lane.isLow(lane.window) { lane.fetch() }
                let expected = lane.waiting.min()
                guard lane.pop() == expected else {
                    Issue.record("seed \(seed), step \(step): not \(String(describing: expected))")
                    return
                }
                if let expected { running.append(expected) }
            }
            #expect(lane.lane.away == lane.disk.count)
            #expect(lane.disk.allSatisfy { $0 > lane.lane.horizon.rawValue } || lane.disk.isEmpty)
            #expect(lane.lane.count + lane.disk.count == lane.waiting.count)
        }
    }

    private static func takeOne(from ids: inout [Int64], _ random: inout SeededRandom) -> Int64? {
        ids.shuffle(using: &random)
        return ids.popLast()
    }

    @Test("a lane holds no more than its window, but for what comes back")
    func bounded() {
        var lane = SpilledLane(window: ReadyWindow(jobs: 10, bytes: 1 << 20))
        for id in 1...1000 as ClosedRange<Int64> { lane.add(id) }
        #expect(lane.lane.count == 10 && lane.lane.away == 990)
        for expected in 1...1000 as ClosedRange<Int64> {
            if lane.lane.isLow(lane.window) { lane.fetch() }
            let popped = lane.pop()
            #expect(popped == expected && lane.lane.count <= 10)
        }
        #expect(lane.lane.isEmpty && !lane.lane.isBlocked)
    }

    @Test("a window of bytes lets one large job pass at a time")
    func bytes() {
        var lane = ReadyLane()
        let window = ReadyWindow(jobs: 100, bytes: 1000)
        let isFirstAtHand = lane.admit(JobID(1), weight: 5000, window: window)
        let isSecondAtHand = lane.admit(JobID(2), weight: 10, window: window)
        #expect(isFirstAtHand && !isSecondAtHand)
        #expect(lane.away == 1)
    }
}
