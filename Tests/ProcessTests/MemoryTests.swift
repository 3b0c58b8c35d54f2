import Foundation
import Synchronization
import Testing

@testable import ProcessHost

@Suite("Memory", .timeLimit(.minutes(2)))
struct MemoryTests {
    private func readings(of host: ProcessHost = TestHost.shared) async -> [UInt64: MemoryReading] {
        await withCheckedContinuation { done in
            host.measureMemory { readings in
                done.resume(returning: Dictionary(uniqueKeysWithValues: readings.map { ($0.handleID, $0) }))
            }
        }
    }

    /// Fills so many megabytes, says so, and sleeps.
    private static func filler(_ megabytes: Int) -> String {
        "exec /usr/bin/python3 -c 'import time; x = b\"x\" * (\(megabytes) << 20); print(\"full\", flush=True); time.sleep(1000)'"
    }

    @Test func processAndItsDescendantsCountTogether() async throws {
        let (small, smallWitness) = TestHost.start(TestHost.shell("echo full; exec sleep 1000"))
        let fill = Self.filler(50)
        let (large, largeWitness) = TestHost.start(
            TestHost.shell("sh -c '\(fill.replacing("'", with: "'\\''"))' & \(fill)"))
        _ = try await smallWitness.line()
        _ = try await largeWitness.wait(for: "two lines") { Witness.lines(in: $0).count >= 2 ? true : nil }
        let readings = await readings()
        let reading = try #require(readings[large.id])
        #expect(reading.source == .processes)
        #expect((100 << 20..<200 << 20).contains(reading.bytes))
        #expect((100_000..<20 << 20).contains(try #require(readings[small.id]).bytes))
        for (handle, witness) in [(small, smallWitness), (large, largeWitness)] {
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func orphansAndChildrenOfThreadsCount() async throws {
        let fill = Self.filler(50).replacing("'", with: "'\\''")
        let (handle, witness) = TestHost.start(TestHost.shell("(setsid sh -c '\(fill)' &); exec sleep 1000"))
        _ = try await witness.line { $0 == "full" }
        let reading = try #require(await readings()[handle.id])
        #expect(reading.bytes > 50 << 20)
        let threaded = """
            import subprocess, sys, threading, time
            code = "import time; x = b'x' * (50 << 20); print('full', flush=True); time.sleep(1000)"
            threading.Thread(target=lambda: subprocess.run([sys.executable, "-c", code])).start()
            time.sleep(1000)
            """
        let (other, otherWitness) = TestHost.start(
            SpawnRequest(executable: "/usr/bin/python3", arguments: ["-c", threaded]))
        _ = try await otherWitness.line { $0 == "full" }
        let otherReading = try #require(await readings()[other.id])
        #expect(otherReading.bytes > 50 << 20)
        for (handle, witness) in [(handle, witness), (other, otherWitness)] {
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func whatHasEndedIsNotMeasured() async throws {
        let host = try ProcessHost(logger: TestHost.quiet)
        #expect(await readings(of: host).isEmpty)
        let (handle, witness) = TestHost.start(TestHost.shell("exit 0"), on: host)
        _ = try await witness.exit()
        try await TestHost.eventually("released") { handle.processID == nil }
        #expect(await readings(of: host).isEmpty)
    }
}
