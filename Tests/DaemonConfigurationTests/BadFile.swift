import Testing

/// A file with all that has to be said of it.
struct BadFile: CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
        self.text = text
        self.problems = problems.map { "jobsup.yaml:" + $0 }
    }

    var testDescription: String { String(text.prefix(60)) }

    static let time = "a time from 0s to 3650d: seconds, or a number with ms, s, m, h or d (30s, 5m)"
    static let timeout = "a time from 0s to 49d: seconds, or a number with ms, s, m, h or d (30s, 5m)"
    static let size = "a size from 1B to 256MiB: bytes, or a number with KiB, MiB, GiB, KB, MB or GB"
    static let path = "an absolute path, which begins with /"
    static let name = "use 1 to 128 letters, digits, and any of _ . : -"
    static let levels = "one of trace, debug, info, notice, warning, error"
    static let backoff = "must be a list of times, [10s, 1m], or {base: 1s, factor: 2, cap: 10m, jitter: 0.1}"
}
