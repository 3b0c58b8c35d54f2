import Glibc

/// Rates of one kind of work, round by round. The two sides of a ratio take turns, so that whatever else the machine
/// does meets both.
struct Rounds {
    private var rates: [Double] = []

    mutating func measure(_ jobs: Int, _ work: () -> Void) {
        let start = Self.seconds()
        work()
        rates.append(Double(jobs) / (Self.seconds() - start))
    }

    var median: Double { rates.sorted()[rates.count / 2] }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// One line: both medians and their ratio.
    static func report(_ what: String, store: Rounds, bare: Rounds) {
        let ratio = Int((store.median / bare.median * 100).rounded())
        print(pad(what, 44), pad(figure(store.median), 10), pad(figure(bare.median), 10), "\(ratio) %")
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func figure(_ rate: Double) -> String {
        rate >= 10_000 ? "\(Int((rate / 1000).rounded())) k/s" : "\(Int(rate.rounded()))/s"
    }
}
