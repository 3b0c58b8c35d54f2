import Foundation
import JobModel

/// Instants as programs read them: `2026-01-31T08:15:00.250Z`.
package enum RFC3339 {
    package static func text(_ instant: Timestamp) -> String {
        date(instant).formatted(
            .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
    }

    package static func parse(_ text: String) -> Timestamp? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(
                text,
                strategy: .iso8601.year().month().day().timeZone(separator: .colon).time(
                    includingFractionalSeconds: true)))
        return date.map { Timestamp(milliseconds: Int64(($0.timeIntervalSince1970 * 1000).rounded())) }
    }

    private static func date(_ instant: Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
    }
}
