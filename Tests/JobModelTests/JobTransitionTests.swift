import JobModel
import Testing

@Suite("Transitions")
struct JobTransitionTests {
    /// The table once more, edge by edge, so that a change has to be made twice.
    private static let edges: [(JobState, JobEvent, JobState)] = [
        (.pending, .promote, .queued), (.pending, .cancel, .cancelled), (.pending, .expire, .expired),
        (.pending, .fail, .failed),
        (.queued, .claim, .processing), (.queued, .cancel, .cancelled), (.queued, .expire, .expired),
        (.queued, .snooze, .pending),
        (.processing, .complete, .completed), (.processing, .retry, .pending), (.processing, .snooze, .pending),
        (.processing, .interrupt, .queued), (.processing, .fail, .failed), (.processing, .timeOut, .timeout),
        (.processing, .cancel, .cancelling),
        (.cancelling, .confirmCancel, .cancelled),
        (.cancelled, .redrive, .queued), (.failed, .redrive, .queued), (.timeout, .redrive, .queued),
        (.expired, .redrive, .queued),
    ]

    @Test("each edge is there, and no other")
    func edges() {
        for state in JobState.allCases {
            for event in JobEvent.allCases {
                let expected = Self.edges.first { $0.0 == state && $0.1 == event }?.2
                #expect(state.next(after: event) == expected, "\(state) after \(event)")
            }
        }
    }

    @Test("each state has a row, and can be reached from the first two")
    func reachable() {
        #expect(JobState.transitions.count == JobState.allCases.count)
        var reached: Set<JobState> = [.pending, .queued]
        var front = reached
        while !front.isEmpty {
            let next = Set(front.flatMap { JobState.transitions[$0]?.values.map { $0 } ?? [] })
            front = next.subtracting(reached)
            reached.formUnion(next)
        }
        #expect(reached == Set(JobState.allCases))
    }

    @Test("each event applies somewhere")
    func events() {
        for event in JobEvent.allCases {
            #expect(JobState.allCases.contains { $0.next(after: event) != nil }, "\(event)")
        }
    }

    @Test("a finished job is left only by running it again, a completed one never")
    func finished() {
        for state in JobState.finished {
            let events = JobEvent.allCases.filter { state.next(after: $0) != nil }
            #expect(events == (state == .completed ? [] : [.redrive]))
        }
        for state in JobState.allCases where !state.isFinished {
            #expect(JobEvent.allCases.contains { state.next(after: $0) != nil })
        }
    }

    @Test("numbers and names on disk and in the API do not change")
    func names() {
        #expect(
            JobState.allCases.map(\.name) == [
                "pending", "queued", "processing", "cancelling", "cancelled", "completed", "failed", "timeout",
                "expired",
            ])
        #expect(JobState.allCases.map(\.rawValue) == Array(0...8))
        #expect(PendingReason.allCases.map(\.rawValue) == Array(1...6))
        #expect(FailureCause.allCases.map(\.rawValue) == Array(1...9))
        for state in JobState.allCases { #expect(JobState(name: state.name) == state) }
        #expect(JobState(name: "done") == nil)
    }
}
