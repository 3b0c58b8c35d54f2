import Scaling

/// Asks a program of the user's.
struct CommandReader: SignalReader {
    private let words: [String]
    private let runner: ProgramRunner

    init(_ words: [String], by runner: ProgramRunner) {
        self.words = words
        self.runner = runner
    }

    func read() throws(SignalFailure) -> SignalReading {
        try SignalAnswer.reading(printed: runner.run(words))
    }
}
