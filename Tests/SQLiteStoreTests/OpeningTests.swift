import CSQLite
import Foundation
import JobModel
import JobStore
import SQLiteStore
import StoreConformance
import Testing

/// A connection of somebody else to the same file.
final class Intruder {
    private let connection: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        sqlite3_open(path, &opened)
        connection = try #require(opened)
        sqlite3_busy_timeout(connection, 5000)
    }

    deinit {
        sqlite3_close(connection)
    }

    func execute(_ sql: String) throws {
        let code = sqlite3_exec(connection, sql, nil, nil, nil)
        try #require(code == SQLITE_OK, "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
    }

    func number(_ sql: String) throws -> Int {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        try #require(sqlite3_step(statement) == SQLITE_ROW, "\(sql)")
        return Int(sqlite3_column_int64(statement, 0))
    }
}

@Suite("Opening a SQLite store")
struct OpeningTests {
    private func error(opening path: String) -> StoreError? {
        do {
            let store = try SQLiteStore(SQLiteOptions(path: path))
            store.close()
            return nil
        } catch {
            return error
        }
    }

    @Test("a file that is no database is refused and left as it is")
    func garbage() throws {
        let place = try SQLitePlace()
        let garbage = Data((0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        try garbage.write(to: URL(filePath: place.path))
        let found = try #require(error(opening: place.path))
        #expect(found.code == "store_damaged", "\(found)")
        #expect(try Data(contentsOf: URL(filePath: place.path)) == garbage)
    }

    @Test("somebody else's database is refused and left as it is")
    func foreign() throws {
        let place = try SQLitePlace()
        try Intruder(place.path).execute("CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
        let before = try Data(contentsOf: URL(filePath: place.path))
        let found = try #require(error(opening: place.path))
        #expect(found.code == "store_damaged", "\(found)")
        #expect(try Data(contentsOf: URL(filePath: place.path)) == before)
    }

    @Test("a store of a newer version is refused")
    func newer() throws {
        let place = try SQLitePlace()
        try place.open().close()
        try Intruder(place.path).execute("PRAGMA user_version = 7")
        #expect(error(opening: place.path) == .tooNew(found: 7, known: 3))
    }

    @Test("a store of an older version is brought to this one, with all that is in it")
    func older() throws {
        let place = try SQLitePlace()
        try place.open().close()
        try Intruder(place.path).execute(
            "DROP TABLE pool_settings; DROP TABLE pool_history; PRAGMA user_version = 1")
        try place.open().close()
        #expect(try Intruder(place.path).number("PRAGMA user_version") == 3)
    }

    @Test("a directory that is not there, or a path that is one, is named")
    func missing() throws {
        let place = try SQLitePlace()
        #expect(error(opening: place.path + "/not/there/jobs.db")?.code == "store_unavailable")
        #expect(error(opening: place.directory.path)?.code == "store_unavailable")
    }

    @Test("a file cut short is refused, or says so as soon as the loss is met")
    func cutShort() async throws {
        let place = try SQLitePlace()
        let bench = try Workbench(place)
        let ids = try await bench.enqueue(
            (0..<500).map { Workbench.job(payload: String(repeating: "x", count: 500 + $0)) })
        bench.close()
        let file = try FileHandle(forWritingTo: URL(filePath: place.path))
        try file.truncate(atOffset: file.seekToEnd() / 2)
        try file.close()
        do {
            let store = try SQLiteStore(place.options)
            defer { store.close() }
            var codes: Set<String> = []
            for id in ids {
                do {
                    _ = try await store.find(id)
                } catch {
                    codes.insert(error.code)
                }
            }
            #expect(codes == ["store_damaged"])
        } catch {
            #expect(error.code == "store_damaged")
        }
    }

    @Test("a directory that cannot be written to is refused")
    func readOnly() throws {
        try withMemoryDisk(megabytes: 4) { directory in
            let path = directory + "/jobs.db"
            try SQLiteStore(SQLiteOptions(path: path)).close()
            try remount(directory, "ro")
            let found = try #require(error(opening: path))
            #expect(found.code == "store_unavailable", "\(found)")
            try remount(directory, "rw")
            #expect(error(opening: path) == nil)
        }
    }

    @Test("a store is opened again and again")
    func again() throws {
        let place = try SQLitePlace()
        for _ in 0..<10 { #expect(error(opening: place.path) == nil) }
        #expect(try Intruder(place.path).number("SELECT epoch FROM store") == 10)
    }

    @Test("a million waiting jobs start quickly and stay on disk")
    func million() async throws {
        let place = try SQLitePlace()
        try place.open().close()
        // Written past the store, which would take most of the test's time.
        try Intruder(place.path).execute(
            """
            INSERT INTO queues VALUES (0, 'default');
            WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 1000000)
            INSERT INTO backlog SELECT id, 0, 5, 'work', 5, 1000, 1700000000000, 0, NULL, 0, zeroblob(200) FROM n;
            PRAGMA wal_checkpoint(TRUNCATE);
            """)
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let empty = try Self.residentBytes()
            let started = ContinuousClock.now
            let store = try SQLiteStore(SQLiteOptions(path: path))
            let opening = ContinuousClock.now - started
            let jobs = store.claim(from: ["default"], limit: 100)
            #expect(jobs.map(\.id.rawValue) == Array(1...100))
            #expect(store.counts().first?.queued == 999_900)
            // More arrive behind them, and some are done.
            let new = Workbench.jobs(500)
            for _ in 0..<20 { _ = try await store.enqueue(new) }
            _ = try await store.settle(jobs.map { Workbench.settlement(.complete(result: []), $0.lease) })
            #expect(try await store.find(JobID(1_010_000))?.state == .queued)
            let full = try Self.residentBytes()
            store.close()
            #expect(opening < .seconds(5))
            #expect(full - empty < 32 << 20)
        }
    }

    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return try #require(pages) * sysconf(Int32(_SC_PAGESIZE))
    }
}
