/// A log file with those that were put aside: FILE, FILE.1, FILE.2 and so on.
struct LogFiles {
    let path: String

    /// How many numbers may be missing between two files: while files are renamed, one is.
    private static let gap = 2

    /// The files, the oldest first.
    ///
    /// They are opened from the youngest on: a file that is renamed meanwhile is met again, and not missed.
    func open() throws(Complaint) -> [OpenedLog] {
        var files: [OpenedLog] = []
        var (number, missing) = (0, 0)
        while missing <= Self.gap {
            if let file = try OpenedLog(path: number == 0 ? path : "\(path).\(number)") {
                if !files.contains(where: { $0.identity == file.identity }) { files.append(file) }
                missing = 0
            } else {
                missing += 1
            }
            number += 1
        }
        return files.reversed()
    }

    /// Sets the files to where the wanted entries begin; gives those that hold some, the oldest first.
    func openAtStart(of request: LogRequest) throws(Complaint) -> [OpenedLog] {
        var files = try open()
        guard request.lines != nil || request.filter.since != nil else { return files }
        var missing = request.lines ?? .max
        if missing == 0 { return Self.atEnd(files) }
        var sinceFilter = LogFilter()
        sinceFilter.since = request.filter.since
        var (startFile, startOffset) = (files.count, 0)
        search: while startFile > 0 {
            let start = files[startFile - 1].last { line in
                guard request.filter.since != nil || request.filter.mayAdmit(line), let record = LogRecord(line: line)
                else { return false }
                if request.filter.admits(record) { missing -= 1 }
                return missing == 0 || !sinceFilter.admits(record)
            }
            startFile -= 1
            startOffset = start ?? 0
            if start != nil { break search }
        }
        files.removeFirst(startFile)
        files.first?.seek(startOffset)
        return files
    }

    private static func atEnd(_ files: [OpenedLog]) -> [OpenedLog] {
        files.last?.seek(files.last?.size ?? 0)
        return files.suffix(1)
    }
}
