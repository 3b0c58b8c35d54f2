import CSQLite

/// A prepared statement. Used by the one thread that owns its connection.
///
/// SQLite's C API is used as it is, not GRDB: the hot path is three statements that are bound and stepped some hundred
/// thousand times a second, where GRDB costs 20–25 % (its record layer half), and nothing else of it would be used.
final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let parameters: Int
    /// What is bound already, by parameter. Binding costs more than comparing, and most of what is bound repeats.
    /// Not arrays, since each access to one in a class is checked for exclusivity.
    private let texts: UnsafeMutablePointer<String?>
    private let numbers: UnsafeMutablePointer<Int64?>

    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(code: code, of: connection) }
        self.handle = handle
        self.connection = connection
        parameters = Int(sqlite3_bind_parameter_count(handle)) + 1
        texts = .allocate(capacity: parameters)
        texts.initialize(repeating: nil, count: parameters)
        numbers = .allocate(capacity: parameters)
        numbers.initialize(repeating: nil, count: parameters)
    }

    deinit {
        sqlite3_finalize(handle)
        texts.deinitialize(count: parameters)
        texts.deallocate()
        numbers.deallocate()
    }

    // MARK: Binding. Values stay bound until they are bound anew.

    func bind(_ index: Int32, _ value: Int64) {
        guard numbers[Int(index)] != value else { return }
        numbers[Int(index)] = value
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ index: Int32, _ value: Int) {
        bind(index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value {
            bind(index, value)
        } else if numbers[Int(index)] != nil {
            numbers[Int(index)] = nil
            sqlite3_bind_null(handle, index)
        }
    }

    func bind(_ index: Int32, _ text: String?) throws(SQLiteFailure) {
        guard texts[Int(index)] != text else { return }
        texts[Int(index)] = text
        guard let text else {
            sqlite3_bind_null(handle, index)
            return
        }
        // -1 is SQLite's own notation for "copy this".
        let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        var held = text
        let code = held.withUTF8 { sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), copy) }
        guard code == SQLITE_OK else {
            texts[Int(index)] = nil
            throw SQLiteFailure(code: code, of: connection)
        }
    }

    /// Binds bytes where they are: they have to stay there until the statement was run.
    func bind(_ index: Int32, inPlace bytes: UnsafeRawBufferPointer) throws(SQLiteFailure) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(handle)
        let code = sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil)
        guard code == SQLITE_OK else { throw SQLiteFailure(code: code, of: connection) }
    }

    // MARK: Running

    /// Runs a statement that gives no rows.
    func run() throws(SQLiteFailure) {
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
        sqlite3_reset(handle)
    }

    /// Runs with the bytes bound in place: SQLite reads them where they are, so they must not outlive the call.
    func run(_ index: Int32, blob: [UInt8]) throws(SQLiteFailure) {
        let code = blob.withUnsafeBytes { bytes in
            let start = bytes.baseAddress ?? UnsafeRawPointer(handle)
            let bound = sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil)
            return bound == SQLITE_OK ? sqlite3_step(handle) : bound
        }
        guard code == SQLITE_DONE else { throw failure(code) }
        sqlite3_reset(handle)
    }

    /// Steps to the next row; at the end the statement is ready to run again. Who leaves before has to `reset`.
    func step() throws(SQLiteFailure) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw failure(code) }
        sqlite3_reset(handle)
        return false
    }

    /// The first row, made into a value; `nil` when there is none.
    func first<Value>(_ read: (Statement) -> Value) throws(SQLiteFailure) -> Value? {
        guard try step() else { return nil }
        let value = read(self)
        reset()
        return value
    }

    func reset() {
        sqlite3_reset(handle)
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        let failure = SQLiteFailure(code: code, of: connection)
        sqlite3_reset(handle)
        return failure
    }

    // MARK: Columns of the current row

    func int(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInt(_ column: Int32) -> Int64? {
        isNull(column) ? nil : sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: blobSize(column)))
    }

    func blobSize(_ column: Int32) -> Int {
        Int(sqlite3_column_bytes(handle, column))
    }

    private func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }
}
