import JobModel
import Testing

@testable import jobsup

@Suite struct ShownTests {
    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
        (1 << 20, "1.0 MiB"), (3 << 30, "3.0 GiB"), (5 << 40, "5.0 TiB"), (5 << 50, "5120.0 TiB"),
    ])
    func bytes(_ count: Int, _ text: String) {
        #expect(Shown.bytes(count) == text)
        #expect(Shown.bytes(nil) == "-")
    }

    @Test(arguments: [
        (0, "0 ms"), (0.0124, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (1, "1.0 s"), (59.94, "59.9 s"),
        (59.96, "0:59 min"), (60, "1:00 min"), (125, "2:05 min"), (3599.9, "59:59 min"), (3600, "1:00 h"),
        (86399, "23:59 h"), (86400, "1.0 d"), (200_000, "2.3 d"),
    ])
    func seconds(_ seconds: Double, _ text: String) {
        #expect(Shown.seconds(seconds) == text)
        #expect(Shown.seconds(nil) == "-")
    }

    @Test func counts() {
        #expect(
            [0, 12, 123, 1234, 123_456, 1_234_567, -1000].map(Shown.count) == [
                "0", "12", "123", "1 234", "123 456", "1 234 567", "-1 000",
            ])
        #expect(Shown.count(.min).hasPrefix("-9 223"))
        #expect([0.05, 12.34, 99.94, 165_432.6].map(Shown.rate) == ["0.1/s", "12.3/s", "99.9/s", "165 433/s"])
        #expect(Shown.milliseconds(1.2345) == "1.23 ms")
    }

    @Test func ages() {
        let now = Timestamp(milliseconds: 90_000)
        #expect(Shown.age("1970-01-01T00:00:00.000Z", at: now) == "1:30 min")
        // The clocks of two readings may differ by a little; nobody is born in the future.
        #expect(Shown.age("1970-01-01T00:02:00.000Z", at: now) == "0 ms")
        #expect(Shown.age(nil, at: now) == "-")
        #expect(Shown.age("soon", at: now) == "soon")
    }

    @Test func longTextsAreCut() {
        #expect(Shown.beginning("abc", limit: 3) == "abc")
        #expect(Shown.beginning(String(repeating: "x", count: 2048), limit: 3) == "xxx… (2.0 KiB; --json shows all)")
        #expect(Shown.lines("a\tb\n\u{1B}c") == ["a b", " c"])
    }
}
