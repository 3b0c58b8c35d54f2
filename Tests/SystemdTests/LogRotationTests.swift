import Testing

@testable import Systemd

@Suite struct LogRotationTests {
    private func steps(keep: Int, existing: Set<String>) -> [LogRotation.Step] {
        LogRotation(maxBytes: 1, keep: keep).steps(of: "f") { existing.contains($0) }
    }

    @Test(arguments: [
        (0, 1, false), (0, 1000, false), (1, 99, false), (1, 100, true), (99, 1, false), (100, 1, true), (500, 0, true),
    ])
    func aFileThatWouldGrowTooLargeIsPutAside(size: Int, adding: Int, isDue: Bool) {
        #expect(LogRotation(maxBytes: 100, keep: 1).isDue(size: size, adding: adding) == isDue)
    }

    @Test func theOldestGoesFirst() {
        #expect(
            steps(keep: 2, existing: ["f", "f.1", "f.2"]) == [
                .rename(from: "f.1", to: "f.2"), .rename(from: "f", to: "f.1"),
            ])
    }

    @Test func nothingMovesBeyondAFreeNumber() {
        #expect(steps(keep: 5, existing: ["f"]) == [.rename(from: "f", to: "f.1")])
        #expect(steps(keep: 5, existing: ["f", "f.2", "f.3", "f.4", "f.5"]) == [.rename(from: "f", to: "f.1")])
        #expect(
            steps(keep: 5, existing: ["f", "f.1", "f.3"]) == [
                .rename(from: "f.1", to: "f.2"), .rename(from: "f", to: "f.1"),
            ])
    }

    @Test func whatIsNotToBeKeptIsRemoved() {
        #expect(steps(keep: 0, existing: ["f"]) == [.remove("f")])
        #expect(
            steps(keep: 1, existing: ["f", "f.1", "f.2", "f.3", "f.5"]) == [
                .remove("f.2"), .remove("f.3"), .rename(from: "f", to: "f.1"),
            ])
    }
}
