import JobModel
import Testing

@testable import Server

@Suite struct ErrorAnswerTests {
    private struct Unknown: Error {
        let secret = "everything that was given"
    }

    @Test func anUnknownErrorTellsNothingOfItself() {
        let answer = ErrorAnswer(Unknown() as any Error)
        #expect(answer.status == .internalServerError && answer.code == "internal")
        #expect(answer.message == "the daemon could not answer, by a mistake of its own")
        #expect(answer.hint == "its log says more: `journalctl -u supervisor`")
    }

    @Test(arguments: [
        ("payload_too_large", 413), ("too_many_jobs", 413), ("unknown_queue", 404), ("bad_field", 400),
    ])
    func refusalsHaveTheirStatus(_ code: String, _ status: Int) {
        #expect(ErrorAnswer(Refusal(code: code, message: "", hint: "")).status.code == status)
    }
}
