import Foundation
import Logging
import ProcessHost

/// What runs before this one may have left: when a daemon is killed its workers die with it, and what these had started does not.
/// A job must not run beside its own remains.
///
/// Under systemd the control group sees to that already; in a container or a terminal nobody does. The file in the state directory
/// has a line for each run of which something may be left. It is written before the first worker is started, and read under the
/// directory's lock.
struct FormerRun {
    private static let limit: Duration = .seconds(5)
    /// Of runs whose remains cannot be killed.
    private static let mostRuns = 8

    let path: String
    let logger: Logger

    init(stateDirectory: String, logger: Logger) {
        path = stateDirectory + "/markers"
        self.logger = logger
    }

    /// Kills what there is of former runs, and notes the markers of this one. Blocks.
    func end(before markers: MarkerRange?) {
        let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(whereSeparator: \.isNewline)
        let former = lines.compactMap { UInt64($0).flatMap(MarkerRange.init(first:)) }
        let left = former.filter { !end($0) }
        let all = [markers].compactMap(\.self) + left.prefix(Self.mostRuns - 1)
        let text = all.map { "\($0.first)\n" }.joined()
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            logger.warning("cannot write \(path): \(error.localizedDescription); after a crash processes may be left")
        }
    }

    /// Whether nothing of it is left.
    private func end(_ markers: MarkerRange) -> Bool {
        guard var remains = Remains(of: markers) else {
            logger.warning("this daemon was started from within a run before it: what that has left is not looked for")
            return true
        }
        do throws(SystemCallFailure) {
            let left = try remains.kill(atMost: Self.limit)
            if !remains.killed.isEmpty {
                logger.warning(
                    "killed \(remains.killed.count) processes that workers of a run before had left behind",
                    metadata: ["pids": "\(remains.killed.sorted())"])
            }
            guard !left.isEmpty else { return true }
            logger.error(
                "processes that workers of a run before had left behind cannot be killed and live on",
                metadata: ["pids": "\(left)"])
        } catch {
            logger.warning("cannot look for what a run before has left: \(error)")
        }
        return false
    }
}
