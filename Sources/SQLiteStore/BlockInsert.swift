/// A statement that inserts several rows at once which have most of their columns in common.
///
/// Measured over the C API (200-byte payloads, 480 rows in a transaction, durable, best of 12): 16 rows with one
/// statement go in 1.3 times as fast as one by one, and 1.5 times where there is an index; 32 are no better.
final class BlockInsert {
    static let rows = 16

    let statement: Statement
    private let common: Int32
    private let own: Int32

    init(_ connection: Connection, into table: String, common: [String], own: [String]) throws {
        func marks(_ range: Range<Int>) -> String { range.map { "?\($0 + 1)" }.joined(separator: ", ") }
        let rows = (0..<Self.rows).map { row in
            let first = common.count + row * own.count
            return "(\(marks(0..<common.count)), \(marks(first..<(first + own.count))))"
        }
        let columns = (common + own).joined(separator: ", ")
        statement = try connection.prepare(
            "INSERT INTO \(table) (\(columns)) VALUES \(rows.joined(separator: ", "))")
        self.common = Int32(common.count)
        self.own = Int32(own.count)
    }

    /// The parameter of a row's own column, both counted from 0.
    func parameter(_ column: Int32, ofRow row: Int) -> Int32 {
        common + Int32(row) * own + column + 1
    }
}
