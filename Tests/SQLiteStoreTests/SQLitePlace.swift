import Foundation
import JobStore
import SQLiteStore
import StoreConformance

/// A directory of its own, which goes with the place.
final class SQLitePlace: StorePlace {
    let directory: URL
    private let window: ReadyWindow

    init(window: ReadyWindow = .standard) throws {
        self.window = window
        directory = FileManager.default.temporaryDirectory.appending(path: "jobsup-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    var path: String { directory.appending(path: "jobs.db").path }

    var options: SQLiteOptions {
        // Small enough for the checks to pass through many checkpoints.
        SQLiteOptions(path: path, window: window, checkpointPages: 100)
    }

    func open() throws -> any JobStore {
        try SQLiteStore(options)
    }

    var isDurable: Bool { true }
}
