import JobModel
import JobsupClient

/// Enqueues the jobs of a stream of JSON lines, several batches at a time, as fast as they come.
///
/// What has been read is sent at once, so that no job waits for those after it. A mistake ends the stream: it names its
/// line, and which lines have become jobs.
struct EnqueueStream {
    private enum Event: Sendable {
        /// No bytes: the end of the stream.
        case read(Result<[UInt8], any Error>)
        case answered(Int, Result<[EnqueuedJob], any Error>)
    }

    /// Enqueues the jobs of one request, all or none. Throws a ``Refusal``, or a ``Complaint`` when the answer did not come.
    let send: @Sendable ([ClientJob]) async throws -> [EnqueuedJob]
    /// Is told of the jobs in the order of their lines.
    var onReceipts: ([EnqueuedJob]) throws(Complaint) -> Void = { _ throws(Complaint) in }

    private let source: ByteSource
    private let time: TimeSource
    private let start: Duration
    private var bar: ProgressBar
    private var splitter = LineSplitter()
    private var ledger = StreamLedger()
    private var isReading = false
    private var hasEnded = false
    private var problem: Complaint?

    /// Requests under way: enough to keep the daemon's disk busy while lines are read.
    private static let window = 8
    private static let longestLineBytes = 64 << 20

    init(
        source: ByteSource, time: TimeSource, send: @escaping @Sendable ([ClientJob]) async throws -> [EnqueuedJob]
    ) {
        self.source = source
        self.time = time
        self.send = send
        start = time.uptime()
        bar = ProgressBar("enqueued", time: time)
    }

    mutating func run() async throws -> StreamSummary {
        await withTaskGroup(of: Event.self) { group in
            read(in: &group)
            while let event = await group.next() {
                switch event {
                case .read(.success(let bytes)): take(bytes, &group)
                case .read(.failure(let error)): complain(error)
                case .answered(let number, let result): take(number, result)
                }
                bar.show(ledger.jobs, fraction: fraction)
                // The answers under way are waited for, the next lines are not.
                if problem != nil, ledger.underWay == 0 { break }
                read(in: &group)
            }
            group.cancelAll()
        }
        bar.finish(ledger.jobs, fraction: fraction)
        if let problem {
            let hint = [problem.hint, ledger.account].compactMap(\.self).joined(separator: "\n")
            throw Complaint(problem.message, hint: hint, problem.status)
        }
        return StreamSummary(jobs: ledger.jobs, existing: ledger.existing, elapsed: time.uptime() - start)
    }

    /// The first problem is the one to tell of.
    private mutating func complain(_ error: any Error) {
        problem = problem ?? (error as? Complaint) ?? Complaint("\(error)", .unreachable)
    }

    private var fraction: Double? {
        source.sizeBytes.map { $0 == 0 ? 1 : Double(ledger.endOffset) / Double($0) }
    }

    // MARK: Reading

    private mutating func read(in group: inout TaskGroup<Event>) {
        guard !isReading, !hasEnded, problem == nil, ledger.underWay < Self.window else { return }
        isReading = true
        let source = source
        group.addTask {
            do { return .read(.success(try await source.next())) } catch { return .read(.failure(error)) }
        }
    }

    private mutating func take(_ bytes: [UInt8], _ group: inout TaskGroup<Event>) {
        isReading = false
        if bytes.isEmpty {
            hasEnded = true
            splitter.end()
        } else {
            splitter.append(bytes)
        }
        var batch = StreamBatch()
        do throws(Complaint) {
            while let line = splitter.next() {
                try batch.add(line, at: time.now())
                guard batch.isFull else { continue }
                enqueue(batch, &group)
                batch = StreamBatch()
            }
            guard splitter.pendingBytes <= Self.longestLineBytes else {
                throw Complaint("a line is longer than \(Shown.bytes(Self.longestLineBytes))", .wrongInput)
            }
        } catch {
            return complain(error)
        }
        if !batch.isEmpty { enqueue(batch, &group) }
    }

    private mutating func enqueue(_ batch: StreamBatch, _ group: inout TaskGroup<Event>) {
        let number = ledger.send(batch)
        let send = send
        group.addTask {
            do { return .answered(number, .success(try await send(batch.jobs))) } catch {
                return .answered(number, .failure(error))
            }
        }
    }

    // MARK: Answers

    private mutating func take(_ number: Int, _ result: Result<[EnqueuedJob], any Error>) {
        switch result {
        case .success(let receipts):
            report(ledger.enqueued(number, receipts))
        case .failure(let refusal as Refusal):
            let (complaint, ready) = ledger.refused(number, refusal)
            problem = problem ?? complaint
            report(ready)
        case .failure(let error):
            complain(error)
            report(ledger.lost(number))
        }
    }

    /// Receipts that cannot be written end the stream: their jobs are enqueued, but nobody would learn the ids.
    private mutating func report(_ receipts: [EnqueuedJob]) {
        do throws(Complaint) { try onReceipts(receipts) } catch { complain(error) }
    }
}
