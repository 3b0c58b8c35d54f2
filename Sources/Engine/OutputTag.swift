import JobModel

/// The mark at the beginning of a line by which a worker that runs many jobs says which of them wrote it: U+001E, the
/// job's id in decimal digits, U+001F.
///
/// Only the line itself can say it. Pipe and socket are not ordered with each other, so that what a worker runs when a line
/// arrives need not be what wrote it. A line that is cut because it is too long has the mark in its first piece alone: the
/// others belong to the same job. A worker can write any id: whether it has, or had, that job is for the caller to check.
struct OutputTag {
    private static let start: UInt8 = 0x1E
    private static let end: UInt8 = 0x1F
    /// What the greatest id has.
    private static let mostDigits = 19

    /// The job and the text behind the mark; the text as it is when it begins with no mark.
    static func read(_ text: String) -> (job: JobID?, text: String) {
        let bytes = text.utf8
        guard bytes.first == start else { return (nil, text) }
        let digits = bytes.dropFirst().prefix(mostDigits + 1).prefix { (48...57).contains($0) }
        // One form for each id, the one that ids have everywhere: no zeros in front.
        guard digits.count <= mostDigits, digits.first != UInt8(ascii: "0"),
            digits.endIndex < bytes.endIndex, bytes[digits.endIndex] == end, let job = JobID(Substring(digits))
        else { return (nil, text) }
        return (job, String(text.utf8[bytes.index(after: digits.endIndex)...]) ?? "")
    }
}
