import JobStore
import StoreConformance
import Testing

@Suite("SQLiteStore")
struct SQLiteStoreTests {
    @Test("does what every store does", arguments: StoreCheck.all)
    func conforms(_ check: StoreCheck) async throws {
        try await check.run(in: SQLitePlace())
    }

    @Test("does so with little room in memory", arguments: StoreCheck.all)
    func conformsSpilling(_ check: StoreCheck) async throws {
        try await check.run(in: SQLitePlace(window: ReadyWindow(jobs: 5, bytes: 1 << 20)))
    }

    @Test("does so with room for a handful of bytes", arguments: StoreCheck.all)
    func conformsWithFewBytes(_ check: StoreCheck) async throws {
        try await check.run(in: SQLitePlace(window: ReadyWindow(jobs: 1000, bytes: 400)))
    }
}
