import Foundation
import JobStore
import Synchronization
import Testing

@Suite struct SignalReceiverTests {
    @Test func whoIsSetIsTold() {
        let receiver = SignalReceiver()
        receiver.tell(.ready)
        let heard = Mutex(0)
        receiver.set { _ in heard.withLock { $0 += 1 } }
        receiver.tell(.ready)
        receiver.tell(.trouble(nil))
        #expect(heard.withLock { $0 } == 2)
    }

    @Test func tellingLeavesNothingBehind() async {
        await #expect(processExitsWith: .success) {
            let receiver = SignalReceiver()
            receiver.set { _ in }
            receiver.tell(.ready)
            let before = Self.residentBytes()
            for _ in 0..<50_000 { receiver.tell(.ready) }
            exit(Self.residentBytes() - before < 1_000_000 ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }

    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return .max / 2 }
        return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }
}
