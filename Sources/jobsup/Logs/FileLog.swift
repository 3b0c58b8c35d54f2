/// The log in files, which the daemon puts aside when they grow too large.
final class FileLog: LogSource {
    private let files: LogFiles
    private let filter: LogFilter
    private let watch: DirectoryWatch?
    /// Those that are not read to their ends; the last one is the youngest.
    private var opened: [OpenedLog]
    private var lines = LogLines()

    var wakeDescriptor: CInt { watch?.descriptor ?? -1 }

    init(path: String, request: LogRequest) throws(Complaint) {
        files = LogFiles(path: path)
        filter = request.filter
        // Before anything is read, or what is written in between would be noticed only with the next line.
        watch = request.follows ? try DirectoryWatch(directoryOf: path) : nil
        opened = try files.openAtStart(of: request)
        if opened.isEmpty, !request.follows {
            throw Complaint(
                "there is no log at \(path)", hint: "has the daemon written anything? the directory must exist", .noLog)
        }
    }

    func read(_ each: (LogRecord) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        watch?.clear()
        let wanted = { [filter] (line: ArraySlice<UInt8>) throws(Complaint) -> Bool in
            guard filter.mayAdmit(line), let record = LogRecord(line: line), filter.admits(record) else { return true }
            return try each(record)
        }
        repeat {
            guard try readOpened(wanted) else { return false }
        } while try openYounger()
        return watch != nil
    }

    private func readOpened(_ wanted: (ArraySlice<UInt8>) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        while let file = opened.first {
            while case let bytes = file.next(), !bytes.isEmpty {
                guard try lines.add(bytes, wanted) else { return false }
            }
            let isLast = opened.count == 1
            // A beginning without an end is no line of the next file.
            guard try isLast && watch != nil ? lines.flush(wanted) : lines.finish(wanted) else { return false }
            if isLast { return true }
            opened.removeFirst()
        }
        return true
    }

    /// Whether there are files that are younger than the one that was read last: it was put aside then, or moved away.
    private func openYounger() throws(Complaint) -> Bool {
        guard watch != nil else { return false }
        guard let last = opened.first else {
            opened = try files.open()
            return !opened.isEmpty
        }
        guard let youngest = OpenedLog.identity(of: files.path), youngest != last.identity else { return false }
        let all = try files.open()
        let younger: ArraySlice<OpenedLog>
        if let index = all.firstIndex(where: { $0.identity == last.identity }) {
            younger = all[(index + 1)...]
        } else {
            // It is not among them any more: those that were written to after it.
            younger = all.drop { $0.identity != youngest && $0.changed <= last.changed }
        }
        // Itself first: something may have been added before it was put aside.
        opened = [last] + younger
        return !younger.isEmpty
    }
}
