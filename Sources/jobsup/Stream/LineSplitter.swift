/// Cuts a stream of bytes into numbered lines. Blank ones are passed over, but counted.
struct LineSplitter {
    struct Line: Equatable {
        /// 1 for the first line of the stream.
        let number: Int
        let bytes: [UInt8]
        /// Where the next line begins in the stream.
        let endOffset: Int
    }

    private var pending: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var number = 0
    private var offset = 0
    private var isAtEnd = false

    /// How many bytes wait for the end of their line.
    var pendingBytes: Int { pending.count - start }

    mutating func append(_ bytes: [UInt8]) {
        pending.removeSubrange(..<start)
        scanned -= start
        start = 0
        pending += bytes
    }

    /// What follows the last newline is a line, too.
    mutating func end() {
        isAtEnd = true
    }

    mutating func next() -> Line? {
        while let (line, length) = cut() {
            number += 1
            offset += length
            if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                return Line(number: number, bytes: Array(line), endOffset: offset)
            }
        }
        return nil
    }

    private mutating func cut() -> (ArraySlice<UInt8>, length: Int)? {
        let begin = start
        if let newline = pending[scanned...].firstIndex(of: 0x0A) {
            start = newline + 1
            scanned = start
            return (pending[begin..<newline], start - begin)
        }
        scanned = pending.count
        guard isAtEnd, begin < pending.count else { return nil }
        start = pending.count
        return (pending[begin...], start - begin)
    }
}
