import SeededRandom
import Supervision
import Testing

/// The table of transitions against what is promised of every worker, see ``WorkerRecord``.
@Suite struct WorkerModelTests {
    /// From a state whose worker was told to end: so many times a time that runs out, and then the exit, are enough.
    private static let steps = 4

    /// Every sequence of events that change something, up to seven, and every event after each of them.
    @Test(.timeLimit(.minutes(1))) func everyShortLifeIsSound() {
        var paths = 0
        var seen: Set<WorkerState> = []
        func explore(_ record: WorkerRecord, _ depth: Int) -> [String] {
            paths += 1
            seen.insert(record.state)
            guard record.broken.isEmpty else { return record.broken }
            guard depth > 0 else { return [] }
            for event in WorkerEvent.allCases {
                var next = record
                next.happen(event)
                // What changes nothing is looked at once; what follows it was looked at without it.
                let broken = explore(next, next.state == record.state ? 0 : depth - 1)
                if !broken.isEmpty { return broken }
            }
            return []
        }
        #expect(explore(WorkerRecord(), 7) == [])
        #expect(seen == Set(WorkerState.allCases) && paths > 1000)
    }

    @Test(.timeLimit(.minutes(1))) func everyRandomLifeIsSound() {
        for seed in UInt64(0)..<20_000 {
            var random = SeededRandom(seed: seed)
            var record = WorkerRecord()
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // An exit at once would leave little to see.
                let events = random.chance(0.05) ? [WorkerEvent.exit] : WorkerEvent.allCases.filter { $0 != .exit }
                record.happen(events.randomElement(using: &random) ?? .exit)
            }
            if !record.broken.isEmpty { return #expect(record.broken == [], "seed \(seed)") }
        }
    }

    /// Nobody who was told to end stays: the time alone takes it to SIGKILL, and the kernel to the end.
    @Test(arguments: WorkerState.allCases, [WorkerEvent.drain, .stop, .kill])
    func whoIsToldToEndEnds(_ start: WorkerState, _ order: WorkerEvent) {
        var state = start.next(after: order)?.state ?? start
        #expect(state.isLeaving)
        var actions: [WorkerAction] = []
        for _ in 0..<Self.steps {
            guard let next = state.next(after: .expire) else { break }
            state = next.state
            actions += next.actions
        }
        #expect(state == .unkillable || state == .exited, "the time alone leads to the last step")
        #expect(state.next(after: .expire) == nil)
        #expect(state == .exited || state.next(after: .exit)?.actions == [.bury], "who was abandoned may be buried yet")
        if start.isCapacity, order == .drain { #expect(actions == [.terminate, .killTree, .abandon]) }
    }

    @Test(arguments: [WorkerState.draining, .stopping, .killing])
    func onceOnTheWayOutTimeEndsIt(_ state: WorkerState) {
        #expect(state.next(after: .expire) != nil)
    }

    /// The same from every life that a random order of events leads to.
    @Test func everyLifeCanBeEndedWithinBounds() {
        for seed in UInt64(0)..<5000 {
            var random = SeededRandom(seed: seed)
            var record = WorkerRecord()
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let events = WorkerEvent.allCases.filter { $0 != .exit }
                record.happen(events.randomElement(using: &random) ?? .spawn)
            }
            record.happen([.drain, .stop, .kill].randomElement(using: &random) ?? .stop)
            for _ in 0..<Self.steps { record.happen(.expire) }
            let isLast = record.state == .unkillable
            record.happen(.exit)
            #expect(isLast && record.state == .exited && record.broken == [], "seed \(seed)")
        }
    }
}
