import Glibc
import Synchronization

/// The `Date` of answers, formatted at most once for each second in which there are some.
final class DateField: Sendable {
    private struct Formatted {
        var second: time_t
        var text: String
    }

    private let last = Mutex(Formatted(second: -1, text: ""))

    func current() -> String {
        let now = time(nil)
        return last.withLock { last in
            if last.second != now { last = Formatted(second: now, text: Self.text(of: now)) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, as RFC 9110, section 5.6.7, has it.
    static func text(of second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(date) \(clock) GMT"
    }

    private static func two(_ number: CInt) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
