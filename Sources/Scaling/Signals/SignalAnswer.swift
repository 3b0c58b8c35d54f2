import Foundation

/// Makes a reading of what a query or a program gives.
package enum SignalAnswer {
    /// Far more than any queue holds, and far from where numbers overflow.
    private static let most = 1e15
    private static let hint =
        "it must be one row with the number of waiting jobs, and in a second column, if you like, the seconds that the "
        + "oldest has waited"

    /// The columns of the one row; a second one that is empty is not known.
    package static func reading(columns: [String]) throws(SignalFailure) -> SignalReading {
        guard (1...2).contains(columns.count) else {
            throw SignalFailure("the query gives \(columns.count) columns", hint: hint)
        }
        guard let depth = number(columns[0]) else {
            throw SignalFailure("the query gives \(quoted(columns[0])) where a number of jobs was expected", hint: hint)
        }
        guard columns.count == 2, !columns[1].isEmpty else { return SignalReading(depth: depth) }
        guard let age = age(columns[1]) else {
            throw SignalFailure("the query gives \(quoted(columns[1])) where seconds were expected", hint: hint)
        }
        return SignalReading(depth: depth, oldestAge: age)
    }

    /// What `psql -At` prints.
    package static func reading(rows text: String) throws(SignalFailure) -> SignalReading {
        let rows = text.split(whereSeparator: \.isNewline)
        guard rows.count == 1 else { throw SignalFailure("the query gives \(rows.count) rows", hint: hint) }
        return try reading(
            columns: rows[0].split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }

    /// What a program prints: a number, or `{"depth": 7, "oldest_seconds": 12.5}`.
    package static func reading(printed text: String) throws(SignalFailure) -> SignalReading {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let depth = number(text) { return SignalReading(depth: depth) }
        let failure = SignalFailure(
            text.isEmpty ? "the program printed nothing" : "the program printed \(quoted(text))",
            hint: "it must print a number of jobs, or {\"depth\": 7, \"oldest_seconds\": 12.5}, and nothing else")
        guard text.hasPrefix("{"), let answer = try? JSONDecoder().decode(Answer.self, from: Data(text.utf8)),
            let depth = whole(answer.depth)
        else { throw failure }
        guard let seconds = answer.oldestSeconds else { return SignalReading(depth: depth) }
        guard (0..<most).contains(seconds) else { throw failure }
        return SignalReading(depth: depth, oldestAge: .seconds(seconds))
    }

    private struct Answer: Decodable {
        var depth: Double
        var oldestSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case depth
            case oldestSeconds = "oldest_seconds"
        }
    }

    private static func number(_ text: String) -> Int? {
        Double(decimal: text.trimmingCharacters(in: .whitespaces)).flatMap(whole)
    }

    /// Part of a job is a job.
    private static func whole(_ number: Double) -> Int? {
        (0..<most).contains(number) ? Int(number.rounded(.up)) : nil
    }

    private static func age(_ text: String) -> Duration? {
        Double(decimal: text.trimmingCharacters(in: .whitespaces)).flatMap { seconds in
            // The clocks of two machines differ.
            (-most..<most).contains(seconds) ? .seconds(max(0, seconds)) : nil
        }
    }

    /// The beginning of it, on one line.
    private static func quoted(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count > 60 ? "'\(line.prefix(60))…'" : "'\(line)'"
    }
}
