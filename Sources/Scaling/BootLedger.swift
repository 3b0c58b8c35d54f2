/// When the workers that are starting now were started. The observation says only how many there are; what is known
/// besides is that those started first are ready first.
struct BootLedger: Sendable {
    private(set) var boots: [(time: Double, count: Int)] = []

    mutating func record(starting: Int, at time: Double) {
        var known = boots.reduce(0) { $0 + $1.count }
        if starting > known { boots.append((time, starting - known)) }
        while known > starting, let first = boots.first {
            let gone = min(first.count, known - starting)
            known -= gone
            if gone == first.count { boots.removeFirst() } else { boots[0].count -= gone }
        }
    }
}
