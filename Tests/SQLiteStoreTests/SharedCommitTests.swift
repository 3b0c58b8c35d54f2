import Foundation
import JobModel
import JobStore
import SQLiteStore
import StoreConformance
import Testing

@Suite("A commit that several share")
struct SharedCommitTests {
    @Test("a request that cannot be written fails alone")
    func oneBadRequest() async throws {
        let place = try SQLitePlace()
        let bench = try Workbench(place)
        defer { bench.close() }
        try await bench.enqueue(Workbench.jobs(3))
        let running = try await bench.claim(3)
        let intruder = try Intruder(place.path)
        try intruder.execute(
            """
            CREATE TRIGGER poison BEFORE INSERT ON ready WHEN NEW.type = 'poison'
            BEGIN SELECT RAISE(ABORT, 'poisonous'); END
            """)
        // While somebody else holds the file, requests gather.
        try intruder.execute("BEGIN IMMEDIATE")
        async let first = bench.enqueue(Workbench.jobs(2))
        async let poisoned = error(of: [Workbench.job(), Workbench.job("poison"), Workbench.job()], bench)
        async let settled = bench.settle(.complete(result: []), running)
        async let last = bench.enqueue(Workbench.jobs(2))
        try intruder.execute("COMMIT")
        #expect(try await first.count == 2)
        #expect(try await settled == Array(repeating: .settled(.completed), count: 3))
        #expect(try await last.count == 2)
        #expect(await poisoned?.code == "store_unavailable")
        #expect(bench.counts().line == "pending 0 queued 4 processing 0 completed 3")
        #expect(bench.signals.heard.trouble.isEmpty)
        #expect(try await bench.claim(4).count == 4)
        #expect(try intruder.number("SELECT count(*) FROM ready") == 4)
    }

    private func error(of jobs: [NewJob], _ bench: Workbench) async -> StoreError? {
        do {
            _ = try await bench.store.enqueue(jobs)
            return nil
        } catch {
            return error
        }
    }

    @Test("what somebody else keeps locked is refused as unavailable, and works again later")
    func locked() async throws {
        let place = try SQLitePlace()
        let bench = try Workbench(place)
        defer { bench.close() }
        let intruder = try Intruder(place.path)
        try intruder.execute("BEGIN IMMEDIATE")
        await #expect(throws: StoreError.self) { try await bench.enqueue(Workbench.job()) }
        try await bench.signals.wait("trouble") { $0.trouble.count == 1 }
        try intruder.execute("COMMIT")
        try await bench.enqueue(Workbench.job())
        try await bench.signals.wait("the end of trouble") { $0.trouble.count == 2 }
    }
}
