/// Where the daemon's log goes, for those who want to read it.
package struct LogPlace: Encodable, Sendable {
    package enum Kind: String, Encodable, Sendable {
        case journal, file, stderr
    }

    let kind: Kind
    /// The file; files that were put aside have `.1` and so on behind it.
    let path: String?
    /// The unit whose entries in the journal are the daemon's.
    let unit: String?

    package init(_ kind: Kind, path: String? = nil, unit: String? = nil) {
        self.kind = kind
        self.path = path
        self.unit = unit
    }
}
