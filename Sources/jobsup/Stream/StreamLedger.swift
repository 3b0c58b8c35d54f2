import JobModel
import JobsupClient

/// What became of the batches of a stream, whatever the order of their answers.
struct StreamLedger {
    private enum Outcome {
        case enqueued([EnqueuedJob])
        case refused
        /// The connection broke: nobody knows whether they are on disk.
        case unknown
    }

    private var sent: [Int: StreamBatch] = [:]
    private var answered: [Int: (batch: StreamBatch, outcome: Outcome)] = [:]
    private var nextNumber = 0
    /// All batches before this one are answered.
    private var nextInOrder = 0
    private var followsEnqueued = true
    private var followsUnknown = true

    private(set) var jobs = 0
    private(set) var existing = 0
    /// The end of what is answered in the stream, without a gap.
    private(set) var endOffset = 0
    private(set) var enqueued = LineRanges()
    private(set) var unknown = LineRanges()

    var underWay: Int { sent.count }

    /// The batch's number.
    mutating func send(_ batch: StreamBatch) -> Int {
        defer { nextNumber += 1 }
        sent[nextNumber] = batch
        return nextNumber
    }

    /// Takes an answer; gives the receipts of all jobs that come next in the stream's order.
    mutating func enqueued(_ number: Int, _ receipts: [EnqueuedJob]) -> [EnqueuedJob] {
        settle(number, .enqueued(receipts))
    }

    /// Nothing of the batch was enqueued.
    mutating func refused(_ number: Int, _ refusal: Refusal) -> (complaint: Complaint?, ready: [EnqueuedJob]) {
        let complaint = sent[number]?.complaint(refusal)
        return (complaint, settle(number, .refused))
    }

    mutating func lost(_ number: Int) -> [EnqueuedJob] {
        settle(number, .unknown)
    }

    private mutating func settle(_ number: Int, _ outcome: Outcome) -> [EnqueuedJob] {
        guard let batch = sent.removeValue(forKey: number) else { return [] }
        answered[number] = (batch, outcome)
        var ready: [EnqueuedJob] = []
        while let (batch, outcome) = answered.removeValue(forKey: nextInOrder) {
            nextInOrder += 1
            endOffset = batch.endOffset
            if case .enqueued(let receipts) = outcome {
                ready += receipts
                enqueued.add(batch.range, follows: followsEnqueued)
                jobs += receipts.count
                existing += receipts.count { $0.existed }
            }
            if case .unknown = outcome { unknown.add(batch.range, follows: followsUnknown) }
            if case .enqueued = outcome { followsEnqueued = true } else { followsEnqueued = false }
            if case .unknown = outcome { followsUnknown = true } else { followsUnknown = false }
        }
        return ready
    }

    /// What of the stream is enqueued and what is not, for somebody who has to send the rest again.
    var account: String {
        var lines = [jobs == 0 ? "nothing was enqueued" : "enqueued: \(Shown.count(jobs)) jobs, lines \(enqueued)"]
        if !unknown.ranges.isEmpty {
            lines.append("unknown, for the answer did not come: lines \(unknown)")
            lines.append("a line with a \"key\" may be sent again at will: the same key gives the same job back")
        }
        return lines.joined(separator: "\n")
    }
}
