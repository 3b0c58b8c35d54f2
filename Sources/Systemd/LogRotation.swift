/// When a log file is put aside for a new one, and what it is called then: FILE.1 is the youngest of the old ones.
package struct LogRotation: Hashable, Sendable {
    package let maxBytes: Int
    /// How many old files there are at most.
    package let keep: Int

    package init(maxBytes: Int, keep: Int) {
        self.maxBytes = maxBytes
        self.keep = keep
    }

    enum Step: Hashable {
        case rename(from: String, to: String)
        case remove(String)
    }

    /// Whether `count` bytes more would be too many. An empty file is never put aside, whatever is to come.
    func isDue(size: Int, adding count: Int) -> Bool {
        size > 0 && size + count > maxBytes
    }

    /// What makes room for a new file.
    ///
    /// The oldest moves first, so that no step overwrites what is to be kept; and nothing moves beyond a number that is
    /// free: steps that fail and are tried again, line for line, must not push one old file after the other out.
    func steps(of path: String, exists: (String) -> Bool) -> [Step] {
        var steps: [Step] = []
        // Left from a time when more were kept.
        var stale = keep + 1
        while exists(Self.name(path, stale)) {
            steps.append(.remove(Self.name(path, stale)))
            stale += 1
        }
        guard keep > 0 else { return steps + [.remove(path)] }
        let room = (1..<keep).first { !exists(Self.name(path, $0)) } ?? keep
        return steps + (1...room).reversed().map { .rename(from: Self.name(path, $0 - 1), to: Self.name(path, $0)) }
    }

    private static func name(_ path: String, _ number: Int) -> String {
        number == 0 ? path : "\(path).\(number)"
    }
}
