import CSystemd
import Glibc

/// The system's journal, spoken to in its native protocol: values may hold any text, line breaks too.
package struct Journal: Sendable {
    private let send: @Sendable (JournalEntry) -> Int32

    /// - Parameter send: hands one entry over; answers like `sd_journal_sendv`.
    package init(send: @escaping @Sendable (JournalEntry) -> Int32) {
        self.send = send
    }

    /// The journal of this machine. Where none runs, entries vanish.
    package static let system = Journal(send: Self.sendv)

    /// `false` when the journal did not take the entry.
    @discardableResult
    package func write(_ entry: JournalEntry) -> Bool {
        send(entry) >= 0
    }

    private static func sendv(_ entry: JournalEntry) -> Int32 {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for field in entry.fields {
            bytes.append(contentsOf: field.name.name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: field.value.utf8)
            ends.append(bytes.count)
        }
        return bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            let vectors = ends.map { end in
                defer { start = end }
                return iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: end - start)
            }
            return sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}
