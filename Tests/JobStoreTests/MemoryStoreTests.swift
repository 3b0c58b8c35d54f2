import StoreConformance
import Testing

@Suite("MemoryStore")
struct MemoryStoreTests {
    @Test("does what every store does", arguments: StoreCheck.all)
    func conforms(_ check: StoreCheck) async throws {
        try await check.run(in: MemoryPlace())
    }
}
