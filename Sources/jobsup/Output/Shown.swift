import JobModel
import TaskJSON

/// Numbers with their units, times and texts, as people read them.
enum Shown {
    static func bytes(_ count: Int?) -> String {
        guard let count else { return "-" }
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        // 1023.96 KiB would be rounded to 1024.0 KiB.
        while value >= 1023.95, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(decimal(value)) \(units[unit])"
    }

    static func seconds(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        switch seconds {
        case ..<0.9995: return "\(Int((seconds * 1000).rounded())) ms"
        case ..<59.95: return "\(decimal(seconds)) s"
        case ..<3600: return "\(Int(seconds) / 60):\(padded(Int(seconds) % 60)) min"
        case ..<86400: return "\(Int(seconds) / 3600):\(padded(Int(seconds) / 60 % 60)) h"
        default: return "\(decimal(seconds / 86400)) d"
        }
    }

    /// `1234567` as `1 234 567`.
    static func count(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(" ", at: index)
            index -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// Jobs in each second; slow ones with a decimal.
    static func rate(_ perSecond: Double) -> String {
        perSecond < 100 ? "\(decimal(perSecond))/s" : "\(count(Int(perSecond.rounded())))/s"
    }

    static func milliseconds(_ number: Double) -> String {
        "\((number * 100).rounded() / 100) ms"
    }

    /// How long ago an instant of the daemon's documents is.
    static func age(_ instant: String?, at now: Timestamp) -> String {
        guard let instant else { return "-" }
        guard let then = RFC3339.parse(instant) else { return instant }
        return seconds(max(0, now.since(then).inSeconds))
    }

    /// One line that moves no cursor: what jobs and workers say may hold anything.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
    }

    /// Several lines that move no cursor.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }
    }

    /// The beginning of a long text, with how much there is.
    static func beginning(_ text: String, limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        return "\(text.prefix(limit))… (\(bytes(text.utf8.count)); --json shows all)"
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
