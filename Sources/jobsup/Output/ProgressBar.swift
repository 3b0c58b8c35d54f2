import Foundation
import JobModel

/// A line on standard error that shows how far a long work has come. On anything but a terminal it stays silent.
struct ProgressBar {
    private let label: String
    private let time: TimeSource
    private let start: Duration
    private let isShown: Bool
    private let columns: Int
    private let write: (String) -> Void
    private var nextDrawing: Duration

    private static let pause = Duration.milliseconds(100)
    private static let clearLine = "\r\u{1B}[2K"

    init(_ label: String, time: TimeSource, isShown: Bool, columns: Int, write: @escaping (String) -> Void) {
        self.label = label
        self.time = time
        self.isShown = isShown
        self.columns = columns
        self.write = write
        start = time.uptime()
        nextDrawing = start
    }

    /// One on standard error.
    init(_ label: String, time: TimeSource = .system) {
        self.init(
            label, time: time, isShown: Console.isTerminal(STDERR_FILENO),
            columns: Console.size(STDERR_FILENO)?.columns ?? 80, write: Console.error)
    }

    /// Draws the line, unless it was drawn just now.
    mutating func show(_ done: Int, fraction: Double?) {
        guard isShown else { return }
        let now = time.uptime()
        guard now >= nextDrawing else { return }
        nextDrawing = now + Self.pause
        draw(done, fraction)
    }

    /// Draws the line a last time and leaves it.
    func finish(_ done: Int, fraction: Double?) {
        guard isShown else { return }
        draw(done, fraction)
        write("\n")
    }

    /// Takes the line away.
    func clear() {
        if isShown { write(Self.clearLine) }
    }

    private func draw(_ done: Int, _ fraction: Double?) {
        let line = ProgressLine(label: label, done: done, fraction: fraction, elapsed: time.uptime() - start)
        write(Self.clearLine + line.text(columns: columns))
    }
}
