import Hummingbird
import JobModel
import Testing

@testable import Server

@Suite struct QueryCheckTests {
    private func refusal(_ names: [String], known: [String]) -> Refusal? {
        do throws(Refusal) { try QueryCheck<BasicRequestContext>.check(names, known: known) } catch { return error }
        return nil
    }

    @Test func onlyKnownParametersPass() {
        let known = ["before", "limit", "queue", "state", "type"]
        #expect(refusal([], known: known) == nil && refusal(known, known: known) == nil)
        #expect(
            refusal(["queue", "status"], known: known)
                == Refusal(
                    code: "unknown_parameter", message: "there is no parameter 'status' here",
                    hint: "did you mean 'state'? parameters: before, limit, queue, state, type"))
        #expect(refusal(["wait"], known: [])?.hint == "this request takes none")
        #expect(refusal(["type", "type"], known: known)?.code == "bad_type")
    }
}
