import TextLog

/// Puts bytes together to entries of the log: a line, and those behind it that are indented.
struct LogLines {
    /// What is beyond is left out: a file that is no log may be one line.
    static let limitBytes = 1 << 20

    private var entry: [UInt8]?
    private var line: [UInt8] = []

    /// Calls `each` with entries that are complete; the last one may go on, and waits. `false` when `each` wants no more.
    mutating func add(
        _ bytes: ArraySlice<UInt8>, _ each: (ArraySlice<UInt8>) throws(Complaint) -> Bool
    ) throws(Complaint) -> Bool {
        var rest = bytes
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            extend(with: rest[..<newline])
            rest = rest[(newline + 1)...]
            guard try endLine(each) else { return false }
        }
        extend(with: rest)
        return true
    }

    /// The last entry, when it can be taken for complete: entries are written as a whole, and this is all there is.
    mutating func flush(_ each: (ArraySlice<UInt8>) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        guard line.isEmpty, let complete = entry else { return true }
        entry = nil
        return try each(complete[...])
    }

    /// All that is left, for nothing comes behind it.
    mutating func finish(_ each: (ArraySlice<UInt8>) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        if !line.isEmpty {
            guard try endLine(each) else { return false }
        }
        return try flush(each)
    }

    private mutating func extend(with bytes: ArraySlice<UInt8>) {
        line += bytes.prefix(Self.limitBytes - line.count)
    }

    private mutating func endLine(_ each: (ArraySlice<UInt8>) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        defer { line.removeAll(keepingCapacity: line.count < 1 << 16) }
        guard let begun = entry else {
            entry = line
            return true
        }
        if line.starts(with: TextLine.indent.utf8) {
            if begun.count + line.count < Self.limitBytes { entry?.append(contentsOf: [UInt8(ascii: "\n")] + line) }
            return true
        }
        entry = line
        return try each(begun[...])
    }
}
