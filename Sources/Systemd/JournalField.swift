/// The name of a field in a journal entry: capital letters, digits and underscores, at most 64 of them.
///
/// journald drops a field with any other name, and keeps names that begin with `_` for itself.
package struct JournalField: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    private init(known name: String) {
        self.name = name
    }

    package var description: String { name }

    package static let message = JournalField(known: "MESSAGE")
    package static let messageID = JournalField(known: "MESSAGE_ID")
    package static let priority = JournalField(known: "PRIORITY")
    package static let identifier = JournalField(known: "SYSLOG_IDENTIFIER")
    package static let file = JournalField(known: "CODE_FILE")
    package static let line = JournalField(known: "CODE_LINE")
    package static let function = JournalField(known: "CODE_FUNC")

    /// The field for a key of log metadata: `pool` → `JOBSUP_POOL`.
    ///
    /// The jobs' fields have the names that an exec worker finds in its environment.
    package init(metadataKey key: String) {
        switch key {
        case MessageID.metadataKey: self = .messageID
        case "job": name = "JOBSUP_JOB_ID"
        case "type": name = "JOBSUP_JOB_TYPE"
        case "request": name = "JOBSUP_REQUEST_ID"
        default:
            let letters = key.utf8.prefix(64 - "JOBSUP_".utf8.count).map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
                default: UInt8(ascii: "_")
                }
            }
            name = "JOBSUP_" + String(decoding: letters, as: UTF8.self)
        }
    }
}
