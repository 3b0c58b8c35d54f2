/// Of the status the log alone: to read that, nobody has to understand the rest.
struct LogStatusDocument: Decodable {
    /// `nil` from a daemon that does not tell yet.
    let log: StatusDocument.Log?
}
