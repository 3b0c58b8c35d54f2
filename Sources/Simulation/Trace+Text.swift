/// Why a trace's text was not understood.
package enum TraceError: Error, Hashable, CustomStringConvertible {
    case noJobs
    case noTwoFields(line: Int, text: String)
    case noNumber(line: Int, text: String)
    case negative(line: Int, text: String)
    case tooLong

    package var description: String {
        switch self {
        case .noJobs: "the trace has no jobs: give a line 'arrival_seconds,service_seconds' for each"
        case .noTwoFields(let line, let text):
            "line \(line): 'arrival_seconds,service_seconds' was expected, not '\(text)'"
        case .noNumber(let line, let text): "line \(line): '\(text)' is no number of seconds"
        case .negative(let line, let text): "line \(line): '\(text)' is negative"
        case .tooLong: "the trace's last job would end more than 100 days after its beginning: give a stretch of it"
        }
    }
}

extension Trace {
    package static let header = "arrival_seconds,service_seconds"

    /// Arrivals from here on are instants, in seconds since 1970: no trace begins three years after its beginning.
    private static let firstInstant = 1e8
    /// A pool is looked at each second.
    private static let longestSeconds = 100 * 86400.0

    /// Reads CSV: two fields a line. Empty lines, comments (`#`) and the header are passed over. Of instants since 1970
    /// the second of the first arrival is the trace's beginning.
    package init(text: String) throws(TraceError) {
        var jobs: [Job] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line == Self.header { continue }
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 2 else { throw .noTwoFields(line: number, text: String(line)) }
            jobs.append(
                Job(
                    arrivalSeconds: try Self.seconds(fields[0], line: number),
                    serviceSeconds: try Self.seconds(fields[1], line: number)))
        }
        guard let first = jobs.map(\.arrivalSeconds).min() else { throw .noJobs }
        let beginning = first < Self.firstInstant ? 0 : first.rounded(.down)
        let end = jobs.map { $0.arrivalSeconds - beginning + $0.serviceSeconds }.max() ?? 0
        guard end <= Self.longestSeconds else { throw .tooLong }
        self.init(
            jobs.map { Job(arrivalSeconds: $0.arrivalSeconds - beginning, serviceSeconds: $0.serviceSeconds) })
    }

    /// What can be read again, to the last bit.
    package var text: String {
        Self.header + "\n" + jobs.map { "\($0.arrivalSeconds),\($0.serviceSeconds)\n" }.joined()
    }

    private static func seconds(_ field: Substring, line: Int) throws(TraceError) -> Double {
        let text = field.trimmed
        guard let value = Double(text), value.isFinite else { throw .noNumber(line: line, text: String(text)) }
        guard value >= 0 else { throw .negative(line: line, text: String(text)) }
        return value
    }
}

extension Substring {
    /// Without the blanks around it.
    fileprivate var trimmed: Substring {
        var text = drop { $0.isWhitespace }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
