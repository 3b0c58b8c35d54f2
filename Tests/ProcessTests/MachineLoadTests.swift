import Foundation
import Testing

@testable import ProcessHost

/// How busy the machine is, from a made-up /proc and from the real one.
@Suite struct MachineLoadTests {
    /// Goes with this value.
    private final class ProcFolder {
        let path: String

        init(_ files: [String: String] = [:]) throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "jobsup-proc-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: url.appending(path: "pressure"), withIntermediateDirectories: true)
            path = url.path
            for (name, text) in files { try write(name, text) }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }

        /// The use of the processors between two lines of `stat`.
        func use(_ before: String, _ after: String) throws -> Double? {
            var load = MachineLoad(root: path)
            try write("stat", before)
            let first = load.read().cpu
            #expect(first == nil)
            try write("stat", after)
            return load.read().cpu
        }
    }

    private static let memory = "MemTotal:        8000 kB\nMemFree:          100 kB\nMemAvailable:    2000 kB\n"

    @Test func processorsAreUsedBetweenTwoReadings() throws {
        let folder = try ProcFolder()
        let tail = "\ncpu0 0 0 0 0 0 0 0 0 0 0\nintr 5\n"
        // 100 ticks went by: 30 of users, 20 nice, 10 of the system, 25 idle, 15 waiting for a disk.
        #expect(
            try folder.use("cpu  100 10 50 1000 40 0 0 0 0 0" + tail, "cpu  130 30 60 1025 55 0 0 0 0 0" + tail) == 0.6)
        // Interrupts and what a hypervisor took are use as well; guests are among the users already.
        #expect(try folder.use("cpu  0 0 0 0 0 0 0 0 0 0", "cpu  50 0 0 50 0 10 10 30 50 0") == 100.0 / 150)
        #expect(try folder.use("cpu  0 0 0 0 0", "cpu  1 0 0 3 0") == 0.25)
        #expect(try folder.use("cpu  0 0 0 0 0 0 0 0 0 0", "cpu  0 0 0 50 50 0 0 0 0 0") == 0)
    }

    @Test func whenNoTimeWentByNothingIsSaid() throws {
        let folder = try ProcFolder()
        #expect(try folder.use("cpu  5 0 0 5 0", "cpu  5 0 0 5 0") == nil)
        #expect(try folder.use("cpu  5 0 0 5 0", "cpu  1 0 0 1 0") == nil, "counters of another boot")
    }

    @Test func memoryIsWhatIsNotAvailable() throws {
        let folder = try ProcFolder(["meminfo": Self.memory])
        var load = MachineLoad(root: folder.path)
        let reading = load.read()
        #expect(reading.memory == 0.75 && reading.availableBytes == 2000 << 10)
        try folder.write("meminfo", "MemAvailable: 2000 kB\n")
        let withoutTotal = load.read()
        #expect(withoutTotal.memory == nil && withoutTotal.availableBytes == 2000 << 10)
        try folder.write("meminfo", "MemTotal: 8000 kB\n")
        #expect(load.read() == MachineLoad.Reading())
    }

    @Test func pressureIsWhatSomethingWaitedForLately() throws {
        let lines = "some avg10=%.2f avg60=1.00 avg300=2.00 total=3\nfull avg10=99.00 avg60=0.00 avg300=0.00 total=0\n"
        let folder = try ProcFolder([
            "pressure/cpu": lines.replacing("%.2f", with: "12.34"),
            "pressure/memory": lines.replacing("%.2f", with: "0.00"),
        ])
        var load = MachineLoad(root: folder.path)
        let reading = load.read()
        #expect(reading.cpuPressure == 12.34 && reading.memoryPressure == 0 && reading.ioPressure == nil)
    }

    @Test(arguments: ["", "cpu", "cpu  1 2 3", "intr 5", "cpu0 1 2 3 4 5", "cpu  a b c d e"])
    func whatIsNoTimeOfProcessorsSaysNothing(_ text: String) throws {
        let folder = try ProcFolder(["stat": text, "meminfo": text, "pressure/cpu": text])
        var load = MachineLoad(root: folder.path)
        #expect(load.read() == MachineLoad.Reading() && load.read() == MachineLoad.Reading())
    }

    @Test func withoutProcNothingIsKnown() {
        var load = MachineLoad(root: "/no/such/folder")
        #expect(load.read() == MachineLoad.Reading())
    }

    @Test func theRealOneIsUnderstood() throws {
        var load = MachineLoad()
        let first = load.read()
        #expect(first.cpu == nil)
        #expect((0...1).contains(try #require(first.memory)))
        #expect(try #require(first.availableBytes) > 1 << 20)
        // Ticks go by while this works.
        let deadline = ContinuousClock.now + .seconds(10)
        var cpu: Double?
        while cpu == nil, ContinuousClock.now < deadline { cpu = load.read().cpu }
        #expect((0...1).contains(try #require(cpu)))
        if FileManager.default.isReadableFile(atPath: "/proc/pressure/cpu") {
            #expect((0...100).contains(try #require(load.read().cpuPressure)))
        }
    }
}
