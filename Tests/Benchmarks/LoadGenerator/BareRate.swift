import BareLoop

/// How fast the bare loop does what a daemon would have to do.
struct BareRate {
    let loop: BareLoop
    let jobs: Int
    let batch: Int

    /// Jobs in each second.
    func of(_ work: String) -> Double {
        if work == "complete" { repeated { loop.enqueue(batch) } }
        let start = ContinuousClock.now
        switch work {
        case "enqueue": repeated { loop.enqueue(batch) }
        case "complete": repeated { loop.complete(batch) }
        default: repeated { loop.enqueueAndComplete(batch) }
        }
        return Double(jobs / batch * batch) / (ContinuousClock.now - start).seconds
    }

    private func repeated(_ body: () -> Void) {
        for _ in 0..<(jobs / batch) { body() }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
