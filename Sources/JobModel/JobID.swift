/// The number of a job, unique in one store and ascending with the time of enqueueing.
///
/// Programs see it as a decimal string, so that an engine with another kind of id can follow later.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the decimal form; `nil` when it is not a positive number.
    package init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value > 0 else { return nil }
        rawValue = value
    }

    package var description: String { String(rawValue) }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}
