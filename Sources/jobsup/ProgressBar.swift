import Foundation

/// A bar on standard error that shows how far a long work has come. On anything but a terminal it stays silent.
struct ProgressBar {
    private let label: String
    private let total: Int?
    private let start = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1
    private static let width = 30

    init(_ label: String, total: Int?) {
        self.label = label
        self.total = total
    }

    /// Per second since the start.
    func rate(_ done: Int) -> Double {
        Double(done) / max(0.001, (ContinuousClock.now - start) / .seconds(1))
    }

    func show(_ done: Int) {
        guard isShown else { return }
        write("\r\u{1B}[2K" + Self.line(label, done: done, total: total, rate: rate(done)))
    }

    func finish(_ done: Int) {
        guard isShown else { return }
        show(done)
        write("\n")
    }

    static func line(_ label: String, done: Int, total: Int?, rate: Double) -> String {
        let speed = "\(Shown.count(Int(rate)))/s"
        guard let total, total > 0 else { return "\(label)  \(Shown.count(done))  \(speed)" }
        let filled = min(width, width * done / total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let left = done > 0 && rate > 0 ? Shown.seconds(Double(max(0, total - done)) / rate) : "-"
        return "\(label)  \(bar)  \(Shown.count(done))/\(Shown.count(total))  \(speed)  \(left) left"
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
