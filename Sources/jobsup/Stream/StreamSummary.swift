import JobModel

/// How the enqueueing of a stream went.
struct StreamSummary: Equatable {
    let jobs: Int
    /// Those whose key was there already.
    let existing: Int
    let elapsed: Duration

    var text: String {
        let rate = elapsed > .zero && jobs > 1 ? ", \(Shown.rate(Double(jobs) / elapsed.inSeconds))" : ""
        let old = existing > 0 ? "; \(Shown.count(existing)) of them were there already" : ""
        return "\(Shown.count(jobs)) jobs enqueued in \(Shown.seconds(elapsed.inSeconds))\(rate)\(old)"
    }
}
