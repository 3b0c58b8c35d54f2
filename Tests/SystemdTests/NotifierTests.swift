import Glibc
import Systemd
import Testing

@Suite struct NotifierTests {
    private let messages = Recorder<String>()

    private func notifier(answering result: Int32 = 1) -> Notifier {
        Notifier(
            watchdogTimeout: .seconds(30),
            send: { [messages] message in
                messages.record(message)
                return result
            },
            monotonicMicroseconds: { 1234 }
        )
    }

    @Test func eachVerbIsOneMessage() {
        let notifier = notifier()
        notifier.ready(status: "2 pools")
        notifier.ready()
        notifier.reloading()
        notifier.watchdog()
        notifier.status("3 jobs run")
        notifier.extendTimeout(by: .milliseconds(1500), status: "draining")
        notifier.stopping(status: "done")
        #expect(
            messages.items == [
                "READY=1\nSTATUS=2 pools",
                "READY=1",
                "RELOADING=1\nMONOTONIC_USEC=1234",
                "WATCHDOG=1",
                "STATUS=3 jobs run",
                "EXTEND_TIMEOUT_USEC=1500000\nSTATUS=draining",
                "STOPPING=1\nSTATUS=done",
            ])
    }

    @Test func aStatusCannotCarryAnotherAssignment() {
        notifier().status("draining\nMAINPID=1\r\nFDSTORE=1")
        #expect(messages.items == ["STATUS=draining MAINPID=1 FDSTORE=1"])
    }

    @Test func aPastDeadlineIsNoTime() {
        notifier().extendTimeout(by: .seconds(-3))
        #expect(messages.items == ["EXTEND_TIMEOUT_USEC=0"])
    }

    @Test func theWatchdogIsFedTwiceInItsTime() {
        #expect(notifier().watchdogInterval == .seconds(15))
    }

    @Test func tellsWhatBecameOfAMessage() {
        #expect(notifier(answering: 1).ready() == .sent)
        #expect(notifier(answering: 0).ready() == .unsupervised)
        #expect(notifier(answering: -ECONNREFUSED).ready() == .failed(errno: ECONNREFUSED))
    }

    // In processes of their own, because libsystemd reads the environment of the process.

    @Test func doesNothingWithoutAManager() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            unsetenv("WATCHDOG_USEC")
            let notifier = Notifier.fromEnvironment()
            #expect(notifier.watchdogInterval == nil)
            #expect(notifier.ready() == .unsupervised)
        }
    }

    @Test func reachesTheSocketOfTheManager() async {
        await #expect(processExitsWith: .success) {
            let manager = try #require(ManagerSocket())
            setenv("NOTIFY_SOCKET", manager.name, 1)
            setenv("WATCHDOG_USEC", "3000000", 1)
            setenv("WATCHDOG_PID", String(getpid()), 1)
            let notifier = Notifier.fromEnvironment()
            #expect(notifier.watchdogInterval == .milliseconds(1500))
            #expect(notifier.ready(status: "ünder way") == .sent)
            #expect(manager.receive() == "READY=1\nSTATUS=ünder way")
            #expect(notifier.reloading() == .sent)
            #expect(manager.receive()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
        }
    }

    @Test func isNotWatchedInPlaceOfAnotherProcess() async {
        await #expect(processExitsWith: .success) {
            setenv("WATCHDOG_USEC", "3000000", 1)
            setenv("WATCHDOG_PID", "1", 1)
            #expect(Notifier.fromEnvironment().watchdogInterval == nil)
        }
    }
}

/// The receiving end of a notify socket, in the abstract namespace so that no file is left.
private struct ManagerSocket {
    let name: String
    private let descriptor: Int32

    init?() {
        name = "@jobsup-notify-test-\(getpid())"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = [0] + Array(name.utf8.dropFirst())
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard descriptor >= 0, bound == 0 else { return nil }
    }

    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
