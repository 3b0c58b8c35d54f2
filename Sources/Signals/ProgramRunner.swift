import Dispatch
import Glibc
import JobModel
import ProcessHost
import Scaling
import Synchronization

/// Runs a program and waits for what it prints, on the thread of a signal.
final class ProgramRunner {
    /// A number, or a short JSON object.
    private static let outputLimit = 4096

    private let pool: String
    private let place: SignalPlace
    private let host: ProcessHost
    private let bell: StopBell
    private let timeout: Duration
    /// One that was killed and has not gone: another beside it would do no better.
    private var stuck: Run?

    init(_ pool: String, _ place: SignalPlace, _ host: ProcessHost, _ bell: StopBell, timeout: Duration) {
        self.pool = pool
        self.place = place
        self.host = host
        self.bell = bell
        self.timeout = timeout
    }

    /// What the process host tells on a thread of its own.
    private final class Run: Sendable {
        struct State {
            var end: Result<ProcessExit, SpawnError>?
            var firstComplaint: String?
            var lastComplaint: String?
        }

        let state = Mutex(State())
        let changed = DispatchSemaphore(value: 0)

        func happened(_ event: ProcessEvent) {
            switch event {
            case .started, .notified: return
            case .lines(let lines):
                state.withLock { state in
                    for line in lines where line.stream == .error && line.text.contains(where: { !$0.isWhitespace }) {
                        state.firstComplaint = state.firstComplaint ?? line.text
                        state.lastComplaint = line.text
                    }
                }
                return
            case .failed(let error): state.withLock { $0.end = .failure(error) }
            case .exited(let exit): state.withLock { $0.end = .success(exit) }
            }
            changed.signal()
        }
    }

    /// What the program has written to standard output. `complaint` chooses between the first and the last line that it has
    /// written to standard error.
    func run(
        _ words: [String], adding variables: [String: String] = [:],
        complaint: (_ first: String, _ last: String) -> String = { $1 }
    ) throws(SignalFailure) -> String {
        let name = words.first ?? ""
        if let stuck, stuck.state.withLock({ $0.end == nil }) {
            throw SignalFailure(
                "\(name) was killed and does not end",
                hint: "the kernel holds it: look for a disk or file server that hangs")
        }
        stuck = nil
        let run = Run()
        let handle = bell.begin {
            host.start(request(words, variables)) { run.happened($0) }
        } wake: {
            run.changed.signal()
        }
        defer { bell.end() }
        guard let handle else { throw SignalFailure("the pool goes", hint: "there is nothing to do") }
        _ = run.changed.wait(timeout: .now() + timeout.inSeconds)
        let state = run.state.withLock { $0 }
        // With what it has left behind.
        handle.killTree()
        switch state.end {
        case nil:
            stuck = run
            throw SignalFailure(
                "\(name) took longer than \(timeout.inSeconds.formattedShortly) s and was killed",
                hint: "make it quicker, or raise signal.timeout")
        case .failure(let error): throw SignalFailure(error.description, hint: error.hint)
        case .success(let exit):
            let said = state.firstComplaint.map { ": " + complaint($0, state.lastComplaint ?? $0).prefix(300) } ?? ""
            return try output(of: exit, name, said)
        }
    }

    private func output(of exit: ProcessExit, _ name: String, _ said: String) throws(SignalFailure) -> String {
        let hint = "try it by hand, as the pool's user and with its environment"
        switch exit.cause {
        case .code(0): break
        case .code(let code): throw SignalFailure("\(name) ended with \(code)\(said)", hint: hint)
        case .signal(let number, _): throw SignalFailure("\(name) was killed by signal \(number)\(said)", hint: hint)
        case .unknown: throw SignalFailure("nobody knows how \(name) ended\(said)", hint: hint)
        }
        guard !exit.outputExceeded else {
            throw SignalFailure(
                "\(name) printed more than \(Self.outputLimit) bytes", hint: "it must print a number only")
        }
        guard let text = String(validating: exit.standardOutput, as: UTF8.self) else {
            throw SignalFailure("\(name) printed what is no UTF-8 text", hint: "it must print a number only")
        }
        return text
    }

    private func request(_ words: [String], _ variables: [String: String]) -> SpawnRequest {
        var environment = place.environment
        environment["JOBSUP_POOL"] = pool
        environment.merge(variables) { _, own in own }
        return SpawnRequest(
            executable: words.first ?? "", arguments: Array(words.dropFirst()), environment: environment,
            directory: place.directory ?? "/", user: place.user, group: place.group,
            output: .captureStandardOutput(limitBytes: Self.outputLimit))
    }
}
