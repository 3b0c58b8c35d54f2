import Supervision

/// What may never happen to one worker process, whatever its pool and the kernel do. Written from what operators are
/// promised; it does not read the table of transitions.
struct WorkerRecord {
    private(set) var state = WorkerState.spawning
    private var history: [WorkerEvent] = []
    private(set) var broken: [String] = []
    private var done: [WorkerAction] = []
    private var wasKilled = false
    private var wasToldToEnd = false

    /// Lets it happen, and looks at what became of the worker.
    mutating func happen(_ event: WorkerEvent) {
        let before = state
        let transition = state.next(after: event)
        history.append(event)
        if let transition {
            state = transition.state
            done += transition.actions
        }
        if event == .kill, before != .exited { wasKilled = true }
        if event == .kill || event == .stop || event == .drain { wasToldToEnd = true }
        check(event, from: before, transition)
    }

    private mutating func claim(_ isTrue: Bool, _ words: String) {
        if !isTrue { broken.append("\(words), after \(history)") }
    }

    private mutating func check(_ event: WorkerEvent, from before: WorkerState, _ transition: WorkerTransition?) {
        let actions = transition?.actions ?? []
        claim(!wasKilled || [.killing, .unkillable, .exited].contains(state), "killed, it lives on")
        claim(!wasToldToEnd || !state.isCapacity, "told to end, it is capacity")
        claim(!before.isLeaving || state.isLeaving, "on its way out, it came back")
        claim((state == .exited) == (before == .exited || event == .exit), "exited is what the kernel says, no more")
        claim(done.count { $0 == .bury } == (state == .exited ? 1 : 0), "it is buried once, by its exit")
        claim(done.count { $0 == .welcome } <= 1, "it is welcomed twice")
        claim(!state.isCapacity || done.contains(.welcome), "it counts and was never welcomed")
        claim(done.count { $0 == .terminate } <= 1, "it is sent SIGTERM twice")
        claim(done.count { $0 == .askToLeave } <= 1, "it is asked twice")
        claim(done.count { $0 == .abandon } <= 1, "it is abandoned twice")
        claim(!actions.contains(.killTree) || event == .kill || done.contains(.terminate), "killed without SIGTERM")
        claim(!actions.contains(.abandon) || done.contains(.killTree), "abandoned without SIGKILL")
        claim(!actions.contains(.askToLeave) || before.isCapacity, "asked to finish what it cannot have")
        claim(before != .exited || transition == nil, "something happens to it in its grave")
    }
}
