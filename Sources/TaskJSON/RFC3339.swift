import Foundation
import JobModel

/// Instants as programs read them: `2026-01-31T08:15:00.250Z`.
package enum RFC3339 {
    /// The last instant that can be written: years have four digits.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    package static func text(_ instant: Timestamp) -> String {
        date(instant).formatted(
            .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
    }

    /// By hand, because Foundation takes 30 February, hour 25 and whatever stands behind the time.
    package static func parse(_ text: String) -> Timestamp? {
        var digits = TimeDigits(text: Array(text.utf8))
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"),
            let day = digits.number(2), digits.take("Tt "), let hour = digits.number(2), digits.take(":"),
            let minute = digits.number(2), digits.take(":"), let second = digits.number(2),
            let fraction = digits.fraction(), let offsetMinutes = digits.offsetMinutes(), digits.isAtEnd,
            let days = days(year: year, month: month, day: day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = days * 86400 + hour * 3600 + (minute - offsetMinutes) * 60 + second
        return Timestamp(milliseconds: Int64(seconds) * 1000 + Int64((fraction * 1000).rounded()))
    }

    /// Days since 1970-01-01; `nil` when the calendar has no such day.
    private static func days(year: Int, month: Int, day: Int) -> Int? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        // Leap days up to the end of the year before; the 400 years keep the year 0 from dividing a negative number.
        let past = year + 399
        let leaps = past / 4 - past / 100 + past / 400 - 574
        return (year - 1970) * 365 + leaps + lengths.prefix(month - 1).reduce(0, +) + day - 1
    }

    private static func date(_ instant: Timestamp) -> Date {
        // Half a millisecond more: the number of seconds is not exact, and the format cuts digits off.
        Date(timeIntervalSince1970: (Double(instant.milliseconds) + 0.5) / 1000)
    }
}
