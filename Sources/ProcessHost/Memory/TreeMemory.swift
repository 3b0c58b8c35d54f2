import Glibc

/// Sums up the resident memory of processes and their descendants.
struct TreeMemory: ~Copyable {
    /// A tree that grows faster than it is read must not hold us for ever.
    private static let mostProcesses = 10_000

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)
    private let pageBytes = sysconf(Int32(_SC_PAGESIZE))

    deinit { buffer.deallocate() }

    func residentBytes(ofTreesAt roots: [Int32]) -> Int {
        var open = roots
        var seen: Set<Int32> = []
        var pages = 0
        while let processID = open.popLast(), seen.count < Self.mostProcesses {
            guard seen.insert(processID).inserted else { continue }
            pages += residentPages(of: processID)
            appendChildren(of: processID, to: &open)
        }
        return pages * pageBytes
    }

    func residentBytes(of processIDs: [Int32]) -> Int {
        processIDs.reduce(0) { $0 + residentPages(of: $1) } * pageBytes
    }

    /// 0 when it has ended.
    private func residentPages(of processID: Int32) -> Int {
        var pages = 0
        var column = 0
        ProcFile.read("/proc/\(processID)/statm", through: buffer) { bytes in
            // The second number.
            Self.forEachNumber(in: bytes) { number in
                if column == 1 { pages = number }
                column += 1
            }
        }
        return pages
    }

    /// A process's children are listed by the thread that made them.
    private func appendChildren(of processID: Int32, to list: inout [Int32]) {
        let folder = "/proc/\(processID)/task"
        var status = stat()
        guard stat(folder, &status) == 0 else { return }
        // A link for each thread, and two more: most processes have one thread, whose name is known.
        if status.st_nlink == 3 { return appendChildren(in: "\(folder)/\(processID)/children", to: &list) }
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.first != "." { appendChildren(in: "\(folder)/\(name)/children", to: &list) }
        }
    }

    private func appendChildren(in file: String, to list: inout [Int32]) {
        ProcFile.read(file, through: buffer) { bytes in
            Self.forEachNumber(in: bytes) { list.append(Int32(truncatingIfNeeded: $0)) }
        }
    }

    private static func forEachNumber(in bytes: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        var number: Int?
        for byte in bytes {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                number = (number ?? 0) &* 10 &+ Int(byte - UInt8(ascii: "0"))
            } else if let complete = number {
                body(complete)
                number = nil
            }
        }
        if let number { body(number) }
    }
}
