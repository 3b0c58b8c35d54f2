/// What an event makes of a worker: its next state, and what is to be done.
package struct WorkerTransition: Hashable, Sendable {
    package let state: WorkerState
    package let actions: [WorkerAction]

    private init(_ state: WorkerState, _ actions: [WorkerAction]) {
        self.state = state
        self.actions = actions
    }

    fileprivate static func to(_ state: WorkerState, _ actions: WorkerAction...) -> WorkerTransition {
        WorkerTransition(state, actions)
    }
}

extension WorkerState {
    /// The one table: what follows `event`, or `nil` when it changes nothing. The architecture's page shows it, and a
    /// test holds that page to it.
    package func next(after event: WorkerEvent) -> WorkerTransition? {
        Self.transitions[self]?[event]
    }

    package static let transitions: [WorkerState: [WorkerEvent: WorkerTransition]] = [
        .spawning: [
            .spawn: .to(.starting),
            // Two threads tell of the program's start and of its first words.
            .boot: .to(.ready, .welcome),
            .drain: .to(.stopping, .terminate), .stop: .to(.stopping, .terminate), .kill: .to(.killing, .killTree),
            .expire: .to(.stopping, .terminate), .exit: .to(.exited, .bury),
        ],
        .starting: [
            .boot: .to(.ready, .welcome),
            // It has nothing in hand yet.
            .drain: .to(.stopping, .terminate), .stop: .to(.stopping, .terminate), .kill: .to(.killing, .killTree),
            .expire: .to(.stopping, .terminate), .exit: .to(.exited, .bury),
        ],
        .ready: [
            .take: .to(.busy), .drain: .to(.draining, .askToLeave), .stop: .to(.stopping, .terminate),
            .kill: .to(.killing, .killTree), .exit: .to(.exited, .bury),
        ],
        .busy: [
            .idle: .to(.ready), .drain: .to(.draining, .askToLeave), .stop: .to(.stopping, .terminate),
            .kill: .to(.killing, .killTree), .exit: .to(.exited, .bury),
        ],
        .draining: [
            .stop: .to(.stopping, .terminate), .kill: .to(.killing, .killTree), .expire: .to(.stopping, .terminate),
            .exit: .to(.exited, .bury),
        ],
        .stopping: [
            .kill: .to(.killing, .killTree), .expire: .to(.killing, .killTree), .exit: .to(.exited, .bury),
        ],
        .killing: [.expire: .to(.unkillable, .abandon), .exit: .to(.exited, .bury)],
        .unkillable: [.exit: .to(.exited, .bury)],
        .exited: [:],
    ]
}
