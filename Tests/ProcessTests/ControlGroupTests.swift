import Foundation
import Testing

@testable import ProcessHost

/// A host in a group that is marked as delegated, as a service manager would do it. Without controllers where the system has none:
/// limits are met by the system tests.
@Suite("Control groups", .timeLimit(.minutes(2)), .serialized)
struct ControlGroupTests {
    /// The top of the unified hierarchy, if this process may make groups there.
    private static let top: String? = {
        let mounts = ProcFile.read("/proc/self/mountinfo") ?? ""
        guard geteuid() == 0, let folder = ControlGroupPath.folder(of: "/", mounts: mounts) else { return nil }
        let probe = GroupFolder(path: folder + "/jobsup-probe-\(getpid())")
        guard (try? probe.make()) != nil else { return nil }
        return probe.remove() ? folder : nil
    }()
    private static let isPossible = ConditionTrait.enabled(
        if: top != nil, "needs root and a unified control group hierarchy that can be written")

    private static let program =
        (ProcessHost.installedLauncher() as NSString).deletingLastPathComponent + "/ProcessHostProbe"

    private func withGroup(marked: Bool = true, _ body: (GroupFolder) async throws -> Void) async throws {
        let group = GroupFolder(path: try #require(Self.top) + "/jobsup-test-\(UUID().uuidString)")
        try group.make()
        defer {
            group.kill()
            _ = group.remove()
        }
        if marked {
            let mark = "import os, sys; os.setxattr(sys.argv[1], b'user.delegate', b'1')"
            let (exit, _) = try await TestHost.run(
                SpawnRequest(executable: "/usr/bin/python3", arguments: ["-c", mark, group.path]))
            try #require(exit.cause == .code(0))
        }
        try await body(group)
        group.kill()
        // A killed process leaves its group a moment later.
        try await TestHost.eventually("the group can be removed") { group.remove() }
    }

    /// What the probe said in the group, by name.
    private func probe(_ names: String, in group: GroupFolder, before: String = "") async throws -> [String: [String]] {
        let (exit, lines) = try await TestHost.run(
            TestHost.shell("\(before)\necho $$ > \(group.path)/cgroup.procs; exec \(Self.program) groups \(names)"))
        #expect(exit.cause == .code(0))
        var said: [String: [String]] = [:]
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { said[parts[0], default: []].append(parts[1]) }
        }
        return said
    }

    @Test(isPossible) func everyProcessHasItsOwnGroupAndLeavesNone() async throws {
        try await withGroup { group in
            let said = try await probe("own orphan memory user failures notify", in: group)
            #expect(said["delegated"] == [group.path])
            #expect(said["own"] == ["mail_3____x.1"])
            #expect(said["own-default"]?.first?.hasSuffix("/sed.2") == true)
            #expect(said["orphan-code"] == ["1"])
            #expect(Int(said["memory-mib"]?.first ?? "") ?? 0 >= 80)
            #expect(said["user"] == ["65534"])
            #expect(said["notify"] == ["found by its group"])
            #expect(said["failure-weight-failed"] == ["cpu.weight 0 is not between 1 and 10000"])
            #expect(said["failure-limit-failed"]?.count == 1 && said["failure-program-failed"]?.count == 1)
            #expect(said["children"] == ["0"])
            #expect(said["groups-left"] == ["0"])
        }
    }

    @Test(isPossible) func whatEscapedIsKilledWithTheGroup() async throws {
        try await withGroup { group in
            let said = try await probe("escape bomb", in: group)
            #expect(said["escape-before"] == ["2"])
            #expect(said["escape-after"] == ["0"])
            #expect(said["children"] == ["0"])
            #expect(said["groups-left"] == ["0"])
            #expect(said["missing"] == nil && said["no-end"] == nil)
        }
    }

    @Test(isPossible) func successorEndsWhatAKilledDaemonLeft() async throws {
        try await withGroup { group in
            let first = """
                (sh -c 'echo $$ > \(group.path)/cgroup.procs; exec \(Self.program) groups serve' | while read name value; do
                    echo $name $value
                    [ $name = serving ] && kill -9 $value && break
                done)
                """
            let said = try await probe("own", in: group, before: first)
            let escaped = (said["escaped"] ?? []).compactMap { Int32($0) }
            #expect(escaped.count == 3)
            for processID in escaped { #expect(!TestHost.isAlive(processID)) }
            #expect(said["delegated"] == [group.path, group.path])
            #expect(said["own-cause"] == ["code(0)"])
            #expect(said["groups-left"] == ["0"])
        }
    }

    @Test(isPossible) func olderKernelsKillOneByOne() async throws {
        try await withGroup { group in
            let all = (0..<5).map { _ in
                TestHost.start(TestHost.shell("echo $$ > \(group.path)/cgroup.procs; echo in; exec sleep 1000")).witness
            }
            for witness in all { _ = try await witness.line() }
            #expect(group.ownProcesses.count == 5)
            #expect(group.killOneByOne())
            for witness in all {
                let exit = try await witness.exit()
                #expect(exit.cause == .signal(SIGKILL, coreDumped: false))
            }
            #expect(!group.killOneByOne())
        }
    }

    @Test(isPossible) func foreignGroupIsLeftAlone() async throws {
        try await withGroup(marked: false) { group in
            let said = try await probe("own", in: group)
            #expect(said["unavailable"]?.first?.contains("not delegated") == true)
            #expect(said["own"] == [String(group.path.split(separator: "/").last ?? "")])
            #expect(group.children.isEmpty)
        }
        try await withGroup { group in
            let said = try await probe(
                "own", in: group,
                before:
                    "setsid --fork sh -c 'echo $$ > \(group.path)/cgroup.procs; exec sleep 1000'; until grep -q . \(group.path)/cgroup.procs; do sleep 0.01; done"
            )
            #expect(said["unavailable"]?.first?.contains("is shared with the process") == true)
            #expect(group.children.isEmpty)
        }
    }
}
