/// The processes of a host, found by what the kernel knows of them.
struct ProcessTable {
    private var all: [UInt64: WatchedProcess] = [:]
    private var byProcessID: [Int32: UInt64] = [:]
    private var byMarker: [UInt64: UInt64] = [:]
    private var byGroup: [Substring: UInt64] = [:]

    subscript(id: UInt64) -> WatchedProcess? { all[id] }

    var values: some Collection<WatchedProcess> { all.values }
    var isEmpty: Bool { all.isEmpty }

    func process(withID processID: Int32) -> WatchedProcess? {
        byProcessID[processID].flatMap { all[$0] }
    }

    func process(withMarker marker: UInt64) -> WatchedProcess? {
        byMarker[marker].flatMap { all[$0] }
    }

    /// The path is that of a control group: the process's own, or one below that it made.
    func process(withGroup path: String) -> WatchedProcess? {
        for name in path.split(separator: "/").reversed() {
            if let id = byGroup[name] { return all[id] }
        }
        return nil
    }

    mutating func insert(_ process: WatchedProcess) {
        all[process.id] = process
        byProcessID[process.processID] = process.id
        // 0 stands for none.
        if process.marker != 0 { byMarker[process.marker] = process.id }
        if let group = process.group { byGroup[group.name] = process.id }
    }

    mutating func remove(_ process: WatchedProcess) {
        all[process.id] = nil
        if byProcessID[process.processID] == process.id { byProcessID[process.processID] = nil }
        if let group = process.group { byGroup[group.name] = nil }
        if byMarker[process.marker] == process.id { byMarker[process.marker] = nil }
    }
}
