import Supervision
import Testing

@Suite struct WorkerStateTests {
    @Test(arguments: WorkerState.allCases)
    func everyStateButTheLastCanEnd(_ state: WorkerState) {
        #expect(state.next(after: .exit) == (state == .exited ? nil : .exited))
    }

    @Test func aWorkerThatLeavesNeverComesBack() {
        for state in [WorkerState.draining, .stopping, .exited] {
            for event in WorkerEvent.allCases {
                let next = state.next(after: event)
                #expect(next == nil || next == .stopping || next == .exited)
            }
        }
    }

    @Test func onlyReadyAndBusyAreCapacity() {
        #expect(WorkerState.allCases.filter(\.isCapacity) == [.ready, .busy])
    }

    @Test func theNormalLife() {
        var state = WorkerState.starting
        for (event, expected) in [
            (WorkerEvent.boot, WorkerState.ready), (.take, .busy), (.idle, .ready), (.take, .busy),
            (.drain, .draining), (.exit, .exited),
        ] {
            guard let next = state.next(after: event) else {
                Issue.record("\(event) does nothing in \(state)")
                return
            }
            #expect(next == expected)
            state = next
        }
    }
}
