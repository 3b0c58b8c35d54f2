import Foundation
import JobModel
import JobStore
import SeededRandom
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

/// What a store under load had acknowledged when it was killed, written line by line to a file by those who were told.
private struct Acknowledged {
    var enqueued: Set<JobID> = []
    var completed: Set<JobID> = []
    var cancelled: Set<JobID> = []

    init(_ path: String) throws {
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            // A line cut short by the kill was not told to anybody.
            guard line.hasSuffix(";"), let id = JobID(line.dropFirst().dropLast()) else { continue }
            switch line.first {
            case "E": enqueued.insert(id)
            case "C": completed.insert(id)
            case "X": cancelled.insert(id)
            default: break
            }
        }
    }
}

/// Keeps a store busy from several threads and writes down what was acknowledged, until it is killed.
private final class Load: Sendable {
    private let store: SQLiteStore
    private let notes: Int32

    init(path: String, notes: String) throws {
        store = try SQLiteStore(
            SQLiteOptions(path: path, window: ReadyWindow(jobs: 50, bytes: 1 << 20), checkpointPages: 50))
        self.notes = open(notes, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }

    private func note(_ kind: Character, _ ids: [JobID]) {
        let text = Array(ids.map { "\(kind)\($0);\n" }.joined().utf8)
        _ = text.withUnsafeBytes { write(notes, $0.baseAddress, $0.count) }
    }

    func produce(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        while true {
            let jobs = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                Workbench.job(queue: "q\(Int.random(in: 0..<2, using: &random))", payload: "some payload")
            }
            let ids = try await store.enqueue(jobs).map(\.id)
            note("E", ids)
            if Int.random(in: 0..<4, using: &random) == 0, let id = ids.randomElement(using: &random) {
                switch try await store.cancel(id, at: Workbench.start) {
                case .cancelled, .running: note("X", [id])
                case .alreadyFinished, .unknown: break
                }
            }
        }
    }

    func consume(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        while true {
            let jobs = store.claim(from: ["q0", "q1"], limit: Int.random(in: 1...40, using: &random))
            if jobs.isEmpty {
                _ = try await store.promoteDue(at: Workbench.time(10))
                continue
            }
            let verdict: Verdict =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: Workbench.retry(at: 5)
                case 1: .requeue(failure: Workbench.crash)
                default: .complete(result: [1])
                }
            let settled = jobs.map { Workbench.settlement(verdict, $0.lease) }
            let outcomes = try await store.settle(settled)
            note("C", zip(jobs, outcomes).filter { $0.1 == .settled(.completed) }.map(\.0.id))
        }
    }
}

@Suite("A killed SQLite store", .serialized)
struct KilledStoreTests {
    private static let rounds = 12

    @Test("has everything that it acknowledged, whenever it is killed")
    func killed() async throws {
        let place = try SQLitePlace()
        let notes = place.directory.appending(path: "notes").path
        for round in 0..<Self.rounds {
            let milliseconds = 20 + (round * 53) % 400
            let path = place.path
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, notes = notes as String, milliseconds = milliseconds as Int] in
                let load = try Load(path: path, notes: notes)
                Thread {
                    usleep(UInt32(milliseconds) * 1000)
                    kill(getpid(), SIGKILL)
                }.start()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for seed in 0..<3 { group.addTask { try await load.produce(seed: UInt64(seed + milliseconds)) } }
                    for seed in 0..<2 { group.addTask { try await load.consume(seed: UInt64(seed + milliseconds)) } }
                    try await group.waitForAll()
                }
            }
            try await check(Acknowledged(notes), place)
        }
        // A round may be over before anything was acknowledged, but not all of them.
        #expect(try !Acknowledged(notes).enqueued.isEmpty)
    }

    private func check(_ acknowledged: Acknowledged, _ place: SQLitePlace) async throws {
        let bench = try Workbench(place)
        defer { bench.close() }
        var waiting: Set<JobID> = []
        for record in try await bench.store.list(JobFilter(limit: .max)) {
            #expect(record.state != .processing && record.state != .cancelling)
            if record.state == .queued { waiting.insert(record.id) }
            if acknowledged.completed.contains(record.id) { #expect(record.state == .completed) }
            if acknowledged.cancelled.contains(record.id) { #expect(record.state == .cancelled) }
        }
        let known = Set(try await bench.store.list(JobFilter(limit: .max)).map(\.id))
        #expect(acknowledged.enqueued.subtracting(known).isEmpty)
        // Each that waits is handed out once.
        let claimed = try await bench.claim(waiting.count, from: ["q0", "q1"]).map(\.id)
        #expect(Set(claimed) == waiting && claimed.count == waiting.count)
        let counts = bench.store.counts()
        #expect(counts.reduce(0) { $0 + $1.processing } == waiting.count && counts.allSatisfy { $0.queued == 0 })
    }
}
