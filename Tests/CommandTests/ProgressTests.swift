import JobModel
import Synchronization
import Testing

@testable import jobsup

@Suite struct ProgressTests {
    private func line(_ done: Int, _ fraction: Double?, seconds: Double) -> ProgressLine {
        ProgressLine(label: "enqueued", done: done, fraction: fraction, elapsed: .milliseconds(Int64(seconds * 1000)))
    }

    @Test func theRestTakesAsLongAsWhatIsDoneDid() {
        #expect(line(100, 0.25, seconds: 3).left == .seconds(9))
        #expect(line(100, 1, seconds: 3).left == .zero)
        #expect(line(100, 1.2, seconds: 3).left == .zero)
        #expect(line(0, 0, seconds: 3).left == nil)
        #expect(line(100, nil, seconds: 3).left == nil)
        #expect(line(500, 0.5, seconds: 2).perSecond == 250)
        #expect(line(500, 0.5, seconds: 0).perSecond == 0)
    }

    @Test func theBarIsFilledByTheShare() {
        let full = String(repeating: "█", count: 15)
        let empty = String(repeating: "░", count: 15)
        #expect(
            line(1000, 0.5, seconds: 2).text(columns: 200)
                == "enqueued  \(full)\(empty)  50 %  1 000  500/s  2.0 s left")
        #expect(line(0, 0, seconds: 0).text(columns: 200) == "enqueued  \(empty)\(empty)  0 %  0")
        #expect(line(10, 3, seconds: 1).text(columns: 200) == "enqueued  \(full)\(full)  100 %  10  10.0/s")
        #expect(line(1000, nil, seconds: 2).text(columns: 200) == "enqueued  1 000  500/s")
    }

    @Test func aLineNeverWraps() {
        for columns in 0...100 {
            #expect(line(1_000_000, 0.5, seconds: 2).text(columns: columns).count < max(2, columns))
        }
    }

    /// A clock that goes when it is told to.
    private final class Clock: Sendable {
        let uptime = Mutex(Duration.zero)

        var source: TimeSource {
            TimeSource(now: { Timestamp(milliseconds: 0) }, uptime: { self.uptime.withLock { $0 } })
        }

        func advance(milliseconds: Int) {
            uptime.withLock { $0 += .milliseconds(milliseconds) }
        }
    }

    @Test func itIsDrawnTenTimesASecondAtMost() {
        let clock = Clock()
        var written: [String] = []
        var bar = ProgressBar("jobs", time: clock.source, isShown: true, columns: 80) { written.append($0) }
        for step in 1...1000 {
            clock.advance(milliseconds: 1)
            bar.show(step, fraction: Double(step) / 1000)
        }
        #expect((10...11).contains(written.count))
        bar.finish(1000, fraction: 1)
        #expect(written.suffix(2).first?.hasPrefix("\r\u{1B}[2Kjobs") == true && written.last == "\n")
        #expect(written.suffix(2).first?.contains("100 %  1 000  1 000/s") == true)
    }

    @Test func whatIsNoTerminalSeesNothing() {
        var written: [String] = []
        var bar = ProgressBar("jobs", time: Clock().source, isShown: false, columns: 80) { written.append($0) }
        bar.show(1, fraction: nil)
        bar.clear()
        bar.finish(1, fraction: nil)
        #expect(written.isEmpty)
    }
}
