import Supervision
import Testing

/// Each state and each event, one by one.
@Suite struct WorkerStateTests {
    @Test(arguments: WorkerState.allCases)
    func everyStateButTheLastCanEnd(_ state: WorkerState) {
        #expect(state.next(after: .exit)?.state == (state == .exited ? nil : .exited))
    }

    @Test func onlyReadyAndBusyAreCapacity() {
        #expect(WorkerState.allCases.filter(\.isCapacity) == [.ready, .busy])
        #expect(WorkerState.allCases.filter { !$0.isLeaving } == [.spawning, .starting, .ready, .busy])
    }

    @Test(arguments: [WorkerState.spawning, .starting])
    func whoHasNothingInHandIsNotAskedButEnded(_ state: WorkerState) {
        let next = state.next(after: .drain)
        #expect(next?.state == .stopping && next?.actions == [.terminate])
    }

    @Test(arguments: [WorkerState.ready, .busy])
    func whoMayHaveAJobIsAskedFirst(_ state: WorkerState) {
        let next = state.next(after: .drain)
        #expect(next?.state == .draining && next?.actions == [.askToLeave])
        #expect(state.next(after: .expire) == nil, "neither rest nor work has a time of its own")
    }

    /// The two threads that tell of the start and of the first words are not in step.
    @Test func readyBeforeTheStartIsKnownIsReady() {
        #expect(WorkerState.spawning.next(after: .boot)?.state == .ready)
        #expect(WorkerState.ready.next(after: .spawn) == nil)
        #expect(WorkerState.ready.next(after: .boot) == nil && WorkerState.stopping.next(after: .boot) == nil)
    }

    /// All ways to the end, as the time runs out at every step of them.
    @Test func theStepsToTheEndAreInOrder() {
        var state = WorkerState.busy
        var actions: [WorkerAction] = []
        for event in [WorkerEvent.drain, .expire, .expire, .expire, .expire, .exit, .exit] {
            guard let next = state.next(after: event) else { continue }
            state = next.state
            actions += next.actions
        }
        #expect(state == .exited && actions == [.askToLeave, .terminate, .killTree, .abandon, .bury])
    }
}
