import JobModel
import Testing

@testable import TaskJSON

@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:33:20.250Z", 2_000_250),
        ("2026-01-31T08:15:00+02:00", 1_769_840_100_000),
        ("2026-01-31T08:15:00-0730", 1_769_874_300_000), ("2026-01-31 08:15:00z", 1_769_847_300_000),
        ("2024-02-29T00:00:00.0009Z", 1_709_164_800_001), ("1969-12-31T23:59:59.999Z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ])
    func instants(_ text: String, _ milliseconds: Int64) {
        #expect(RFC3339.parse(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "tomorrow", "2026-01-31", "2026-01-31T08:15Z", "2026-01-31T08:15:00", "2026-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-31T25:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:61:00Z",
        "2026-01-31T08:15:61Z", "2026-01-31T08:15:00Zebra", "2026-01-31T08:15:00.Z", "2026-01-31T08:15:00+25:00",
        "2026-01-31T08:15:00+02", "506713-01-01T00:00:00Z", "2026-1-31T08:15:00Z", "+026-01-31T08:15:00Z",
    ])
    func othersAreRefused(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test func whatIsWrittenIsRead() {
        for day in stride(from: -30_000 as Int64, to: 2_932_897, by: 97) {
            let instant = Timestamp(milliseconds: day * 86_400_000 + day % 1000)
            #expect(RFC3339.parse(RFC3339.text(instant)) == instant)
        }
    }
}
