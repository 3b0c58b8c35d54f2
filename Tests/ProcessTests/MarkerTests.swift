import Foundation
import Testing

@testable import ProcessHost

@Suite("Process marker", .timeLimit(.minutes(1)))
struct MarkerTests {
    @Test func isReadFromTheLimits() {
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max realtime priority     0                    0
            Max realtime timeout      4611686018427387000  4611686018427387001  us
            """
        #expect(ProcessMarker.parse(limits) == 4_611_686_018_427_387_001)
        #expect(ProcessMarker.parse(limits.replacing("4611686018427387001", with: "unlimited")) == nil)
        // A limit that somebody set on purpose.
        #expect(ProcessMarker.parse(limits.replacing("4611686018427387001", with: "200000")) == nil)
        #expect(ProcessMarker.parse("") == nil)
    }

    @Test func isInheritedOverExecEnvironmentAndSession() async throws {
        let script = "exec env -i /usr/bin/setsid --wait /bin/sh -c '/bin/cat /proc/self/limits'"
        let (_, lines) = try await TestHost.run(TestHost.shell(script))
        #expect(ProcessMarker.parse(lines.joined(separator: "\n")) != nil)
    }

    @Test func theNumbersOfAHostAreItsOwn() throws {
        let range = try #require(MarkerRange.draw(random: 12345))
        let other = try #require(MarkerRange.draw(random: 12346))
        for number in [0, 1, 1 << 33] as [UInt64] {
            #expect(range.contains(range.marker(number)) && !other.contains(range.marker(number)))
            #expect(!range.contains(other.marker(number)))
        }
        #expect(range.marker(1) != range.marker(2))
        #expect(MarkerRange(first: range.first) == range)
        #expect(MarkerRange(first: 200_000) == nil)
    }

    @Test func remainsOfAHostThatIsGoneAreKilled() async throws {
        let markers = try #require(MarkerRange.draw(random: .random(in: .min ... .max)))
        let host = try ProcessHost(logger: TestHost.quiet, markers: markers)
        let (_, witness) = TestHost.start(TestHost.shell("setsid sleep 1000 & echo $!; wait"), on: host)
        let line = try await witness.line { Int32($0) != nil }
        let grandchild = try #require(Int32(line))
        let child = try await witness.started()
        var remains = try #require(Remains(of: markers))
        #expect(try remains.kill(atMost: .seconds(10)).isEmpty)
        // The host lives, and kills what its program has left as well.
        #expect(remains.killed.contains(child) && remains.killed.isSubset(of: [grandchild, child]))
        try await TestHost.eventually("it is gone") { !TestHost.isAlive(grandchild) }
        var nothing = try #require(Remains(of: markers))
        #expect(try nothing.kill(atMost: .seconds(10)).isEmpty && nothing.killed.isEmpty)
    }

    @Test func differsForEachProcess() async throws {
        var markers: Set<UInt64> = []
        for _ in 0..<5 {
            let request = SpawnRequest(executable: "/bin/cat", arguments: ["/proc/self/limits"])
            let text = try await TestHost.run(request).lines.joined(separator: "\n")
            markers.insert(try #require(ProcessMarker.parse(text)))
        }
        #expect(markers.count == 5)
    }
}
