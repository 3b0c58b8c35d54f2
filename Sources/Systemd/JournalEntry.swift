/// One entry for the journal: fields in the order given, a name may come twice.
package struct JournalEntry: Sendable {
    package struct Field: Hashable, Sendable {
        package let name: JournalField
        package let value: String
    }

    /// A longer value is cut: one entry must not be able to fill the journal.
    package static let maxValueBytes = 32 * 1024

    package private(set) var fields: [Field] = []

    package init() {}

    package mutating func add(_ name: JournalField, _ value: String) {
        fields.append(Field(name: name, value: Self.bounded(value)))
    }

    /// The first value of that name.
    package subscript(_ name: JournalField) -> String? {
        fields.first { $0.name == name }?.value
    }

    private static func bounded(_ value: String) -> String {
        guard value.utf8.count > maxValueBytes else { return value }
        let end = value.utf8.index(value.startIndex, offsetBy: maxValueBytes)
        // Decoding repairs a character that the cut went through.
        return String(decoding: value.utf8[..<end], as: UTF8.self) + "…"
    }
}
