/// How urgent a job is: 1 (first) to 10 (last).
package struct Priority: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt8

    package static let range: ClosedRange<UInt8> = 1...10
    package static let critical = Priority(unchecked: 1)
    package static let high = Priority(unchecked: 3)
    package static let normal = Priority(unchecked: 5)
    package static let low = Priority(unchecked: 7)
    package static let background = Priority(unchecked: 10)

    private static let names: [(String, Priority)] = [
        ("critical", .critical), ("high", .high), ("normal", .normal), ("low", .low), ("background", .background),
    ]

    private init(unchecked rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package init?(_ rawValue: some BinaryInteger) {
        guard let value = UInt8(exactly: rawValue), Self.range.contains(value) else { return nil }
        self.rawValue = value
    }

    /// Reads a name (`high`) or a number (`3`).
    package init?(_ text: some StringProtocol) {
        if let named = Self.names.first(where: { $0.0 == text }) {
            self = named.1
        } else if let number = UInt8(text) {
            self.init(number)
        } else {
            return nil
        }
    }

    package var description: String {
        Self.names.first { $0.1 == self }?.0 ?? String(rawValue)
    }

    package static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}
