import Supervision
import Testing

@Suite struct WorkerStateTests {
    @Test(arguments: WorkerState.allCases)
    func everyStateButTheLastCanEnd(_ state: WorkerState) {
        #expect(state.next(after: .exit)?.state == (state == .exited ? nil : .exited))
    }

    @Test func aWorkerThatLeavesNeverComesBack() {
        for state in WorkerState.allCases where state.isLeaving {
            for event in WorkerEvent.allCases {
                guard let next = state.next(after: event)?.state else { continue }
                #expect(next.isLeaving, "\(state) \(event)")
            }
        }
    }

    @Test func onlyReadyAndBusyAreCapacity() {
        #expect(WorkerState.allCases.filter(\.isCapacity) == [.ready, .busy])
    }
}
