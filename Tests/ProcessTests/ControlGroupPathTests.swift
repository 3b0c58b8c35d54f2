import Testing

@testable import ProcessHost

@Suite("Control group paths")
struct ControlGroupPathTests {
    @Test func ownPathIsThatOfTheUnifiedHierarchy() {
        #expect(ControlGroupPath.unified(in: "0::/system.slice/a.service\n") == "/system.slice/a.service")
        #expect(ControlGroupPath.unified(in: "4:memory:/x\n1:name=systemd:/y\n0::/\n") == "/")
        #expect(ControlGroupPath.unified(in: "4:memory:/x\n10::/y\n") == nil)
        #expect(ControlGroupPath.unified(in: "0::/gone (deleted)\n") == nil)
        #expect(ControlGroupPath.unified(in: "") == nil)
    }

    @Test(arguments: [
        ("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw", "/a/b", "/sys/fs/cgroup/a/b"),
        ("30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw", "/", "/sys/fs/cgroup"),
        (
            "29 23 0:25 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n31 29 0:27 / /sys/fs/cgroup/unified rw - cgroup2 none rw",
            "/a", "/sys/fs/cgroup/unified/a"
        ),
        // Only a part of the hierarchy is mounted, as in a container.
        ("30 23 0:26 /docker/1f /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "/docker/1f/a", "/sys/fs/cgroup/a"),
        ("30 23 0:26 /docker/1f /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "/docker/1f", "/sys/fs/cgroup"),
        ("30 23 0:26 / /mnt/my\\040groups rw - cgroup2 x rw", "/a", "/mnt/my groups/a"),
    ])
    func folderIsBelowTheMount(mounts: String, path: String, expected: String) {
        #expect(ControlGroupPath.folder(of: path, mounts: mounts) == expected)
    }

    @Test(arguments: [
        "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", "", "x", "1 2 - cgroup2",
        "30 23 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
        "30 23 0:26 /docker/1fa /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
    ])
    func otherMountsAreNotTakenForIt(mounts: String) {
        #expect(ControlGroupPath.folder(of: "/docker/1f", mounts: mounts) == nil)
    }

    @Test func namesAreSafeAndUnique() {
        #expect(ControlGroupLimits.safeName("mail-3", id: 7) == "mail-3.7")
        #expect(ControlGroupLimits.safeName("../../etc", id: 7) == "______etc.7")
        #expect(ControlGroupLimits.safeName("", id: 7) == "process.7")
        #expect(ControlGroupLimits.safeName("ä b\n", id: 7) == "___b_.7")
        #expect(ControlGroupLimits.safeName(String(repeating: "x", count: 300), id: 7).utf8.count == 102)
    }

    @Test func limitsAreWrittenAsTheKernelReadsThem() {
        let limits = ControlGroupLimits(
            name: "x", memoryHighBytes: 1, memoryMaxBytes: 2, cpuWeight: 3, cpuPercent: 150, pidsMax: 4, ioWeight: 5)
        #expect(
            limits.settings.map { "\($0.file)=\($0.value)" } == [
                "memory.high=1", "memory.max=2", "cpu.weight=3", "cpu.max=150000 100000", "pids.max=4", "io.weight=5",
            ])
        #expect(ControlGroupLimits(name: "x").settings.isEmpty)
    }

    @Test func countersAreFoundByTheirWholeName() {
        let text = "oom 3\noom_kill 4\noom_group_kill 5\nbad\nempty \n"
        #expect(CountersFile.value(of: "oom_kill", in: text) == 4)
        #expect(CountersFile.value(of: "oom", in: text) == 3)
        #expect(CountersFile.value(of: "bad", in: text) == nil)
        #expect(CountersFile.value(of: "empty", in: text) == nil)
        #expect(CountersFile.value(of: "oom_", in: text) == nil)
    }
}
