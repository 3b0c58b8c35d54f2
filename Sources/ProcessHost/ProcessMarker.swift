import CLinux

/// A number that a process and all its descendants carry, so that one which escaped into its own session, with another parent and
/// an environment of its own, can still be told to whom it belongs.
///
/// It is the hard limit of real-time CPU time (`RLIMIT_RTTIME`), somewhere above a hundred thousand years: inherited over fork, exec
/// and a change of user, readable by anybody in `/proc/PID/limits` even of a zombie, and touched by nearly nobody.
/// An environment variable would be lost as soon as a program starts another with an environment of its choice.
enum ProcessMarker {
    /// Below this a limit is a real limit, which stays as it is.
    fileprivate static let floor: UInt64 = 1 << 61

    static func read(of processID: Int32) -> UInt64? {
        guard let text = ProcFile.read("/proc/\(processID)/limits") else { return nil }
        return parse(text)
    }

    /// The second column, the hard limit, of the line for real-time CPU time.
    static func parse(_ limits: String) -> UInt64? {
        guard
            let line = limits.utf8.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: lineName.utf8) })
        else { return nil }
        let columns = line.dropFirst(lineName.utf8.count).split(separator: UInt8(ascii: " "))
        guard columns.count >= 2, let value = UInt64(Substring(columns[1])), value >= floor else { return nil }
        return value
    }

    private static let lineName = "Max realtime timeout"
}

/// The markers of one host: a stretch of numbers of its own, so that also what it has left behind can be told when it is gone.
package struct MarkerRange: Sendable, Hashable {
    /// Enough for a thousand starts a second, for months.
    private static let size: UInt64 = 1 << 34
    /// Under another host's marker one may only go lower. Each level takes at most this much of the room.
    private static let level: UInt64 = 1 << 56

    /// The highest of them.
    package let first: UInt64

    /// Draws one; `nil` when this process itself runs under a real limit.
    package static func draw(random: UInt64) -> MarkerRange? {
        let ceiling = min(clinux_realtime_limit(), 1 << 62)
        guard ceiling > ProcessMarker.floor + level else { return nil }
        return MarkerRange(first: ceiling - 1 - random % (level / size) * size)
    }

    /// One that was drawn before; `nil` when it cannot have been.
    package init?(first: UInt64) {
        guard first >= ProcessMarker.floor, first < 1 << 62 else { return nil }
        self.first = first
    }

    func marker(_ number: UInt64) -> UInt64 { first - number % Self.size }

    func contains(_ marker: UInt64) -> Bool { marker <= first && first - marker < Self.size }
}
