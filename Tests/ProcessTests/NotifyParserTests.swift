import Foundation
import SeededRandom
import Testing

@testable import ProcessHost

@Suite("Notify parser")
struct NotifyParserTests {
    private func message(_ change: (inout NotifyMessage) -> Void) -> NotifyMessage {
        var message = NotifyMessage()
        change(&message)
        return message
    }

    private func expect(
        _ text: String, is change: (inout NotifyMessage) -> Void, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(NotifyParser.parse(Array(text.utf8)) == message(change), sourceLocation: location)
    }

    @Test func eachNameHasItsField() {
        expect("READY=1") { $0.ready = true }
        expect("STOPPING=1") { $0.stopping = true }
        expect("RELOADING=1") { $0.reloading = true }
        expect("WATCHDOG=1") { $0.watchdog = true }
        expect("WATCHDOG=trigger") { $0.watchdogTrigger = true }
        expect("WATCHDOG_USEC=20000000") { $0.watchdogInterval = .seconds(20) }
        expect("WATCHDOG_USEC=0") { $0.watchdogInterval = .zero }
        expect("STATUS=serving 3 of 4") { $0.status = "serving 3 of 4" }
        expect("EXTEND_TIMEOUT_USEC=1500000") { $0.extendTimeout = .milliseconds(1500) }
        expect("MAINPID=4711") { $0.mainProcessID = 4711 }
        expect("ERRNO=2") { $0.errno = 2 }
        expect("BARRIER=1") { $0.barrier = true }
    }

    @Test func linesComeTogetherAndInAnyOrder() {
        expect("STATUS=a=b\nREADY=1\nMAINPID=1\n") {
            $0.status = "a=b"
            $0.ready = true
            $0.mainProcessID = 1
        }
    }

    @Test func unknownAndMalformedLinesAreIgnoredAlone() {
        for bad in [
            "FDSTORE=1", "FDNAME=x", "MONOTONIC_USEC=12", "X_OWN=1", "READY", "READY=", "READY=0", "READY=yes",
            "READY= 1", "READY=11", " READY=1", "ready=1", "=1", "=", "", "WATCHDOG=2", "WATCHDOG_USEC=",
            "WATCHDOG_USEC=-1",
            "WATCHDOG_USEC=1s", "WATCHDOG_USEC=infinity", "WATCHDOG_USEC=18446744073709551615",
            "WATCHDOG_USEC=99999999999999999999999", "MAINPID=0", "MAINPID=-1", "MAINPID=2147483648", "MAINPID=x",
            "ERRNO=4096", "ERRNO=-2", "EXTEND_TIMEOUT_USEC=1.5", "STOPPING=\u{661}",
        ] {
            expect("\(bad)\nRELOADING=1") { $0.reloading = true }
        }
        #expect(NotifyParser.parse([]) == NotifyMessage())
        #expect(NotifyParser.parse([])?.isEmpty == true)
    }

    @Test func theFirstOfANameCounts() {
        expect("STATUS=a\nSTATUS=b\nREADY=0\nREADY=1") { $0.status = "a" }
    }

    @Test func statusIsFitForATerminal() {
        expect("STATUS=") { $0.status = "" }
        expect("STATUS=äöü 日本") { $0.status = "äöü 日本" }
        expect("STATUS=a\u{1B}[31mred\u{7}\tb\u{85}c\r") { $0.status = "a [31mred  b c " }
        #expect(NotifyParser.parse(Array("STATUS=".utf8) + [0xFF, 0x41])?.status == "\u{FFFD}A")
    }

    @Test func oneNULAtTheEndIsForgiven() {
        #expect(NotifyParser.parse(Array("READY=1\0".utf8))?.ready == true)
        #expect(NotifyParser.parse(Array("READY=1\0\0".utf8))?.ready == false)
        #expect(NotifyParser.parse(Array("READY=1\0STOPPING=1".utf8)) == NotifyMessage())
    }

    @Test func lengthIsBounded() {
        let start = Array("STATUS=".utf8)
        let longest = start + [UInt8](repeating: 0x78, count: NotifyParser.limitBytes - start.count)
        #expect(NotifyParser.parse(longest)?.status?.utf8.count == NotifyParser.limitBytes - start.count)
        #expect(NotifyParser.parse(longest + [0x78]) == nil)
    }

    @Test func onlyWhatChangesNoStateIsAbsorbed() {
        /// `nil` when the second is not absorbed; then the first is as it was.
        func together(_ first: NotifyMessage, _ second: NotifyMessage) -> NotifyMessage? {
            var message = first
            if message.absorb(second) { return message }
            return message == first ? nil : NotifyMessage()
        }
        let ready = message { $0.ready = true }
        let alive = message { $0.watchdog = true }
        let told = message {
            $0.status = "b"
            $0.extendTimeout = .seconds(1)
        }
        #expect(together(ready, alive) == message { ($0.ready, $0.watchdog) = (true, true) })
        #expect(together(alive, alive) == alive)
        #expect(together(message { $0.status = "a" }, told) == told)
        #expect(together(told, alive)?.status == "b")
        for change in [
            { $0.ready = true }, { $0.stopping = true }, { $0.reloading = true }, { $0.watchdogTrigger = true },
            { $0.watchdogInterval = .zero }, { $0.mainProcessID = 1 }, { $0.errno = 1 }, { $0.barrier = true },
        ] as [(inout NotifyMessage) -> Void] {
            #expect(together(told, message(change)) == nil)
        }
    }

    /// Any bytes at all: no trap, and nothing out of its bounds.
    @Test(arguments: 0..<8) func anyBytesAreRead(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let names = [
            "READY", "STOPPING", "RELOADING", "WATCHDOG", "WATCHDOG_USEC", "STATUS", "EXTEND_TIMEOUT_USEC", "MAINPID",
            "ERRNO", "BARRIER", "", "=", "\n", "READY=1", "18446744073709551615", "trigger", "\0",
        ]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    bytes += (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                        .random(in: 0...255, using: &random)
                    }
                case 1: bytes += Array("=1\n".utf8).shuffled(using: &random)
                case 2: bytes += Array("\(UInt64.random(in: 0...UInt64.max, using: &random))".utf8)
                default: bytes += Array((names.randomElement(using: &random) ?? "").utf8)
                }
            }
            let message = try #require(NotifyParser.parse(bytes))
            #expect(message.mainProcessID.map { $0 > 0 } ?? true)
            #expect(message.errno.map { (0...4095).contains($0) } ?? true)
            #expect(message.watchdogInterval.map { $0 >= .zero } ?? true)
            #expect(message.status?.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } != true)
            #expect(!(message.watchdog && message.watchdogTrigger))
        }
    }
}
