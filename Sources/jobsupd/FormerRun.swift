import Foundation
import Logging
import ProcessHost

/// What the run before this one may have left: when a daemon is killed its workers die with it, and what these had started does
/// not. A job must not run beside its own remains.
///
/// Under systemd the control group sees to that already; in a container or a terminal nobody does. The file in the state directory
/// is written before the first worker is started, and read under the directory's lock.
struct FormerRun {
    private static let limit: Duration = .seconds(5)

    let stateDirectory: String

    private var path: String { stateDirectory + "/markers" }

    /// Kills what there is. Blocks.
    func end(_ logger: Logger) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let markers = UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap(MarkerRange.init(first:))
        else { return }
        do {
            let (killed, left) = try Remains.kill(markers, atMost: Self.limit)
            if !killed.isEmpty {
                logger.warning(
                    "killed \(killed.count) processes that workers of a run before had left behind",
                    metadata: ["pids": "\(killed)"])
            }
            if !left.isEmpty {
                logger.error(
                    "processes that workers of a run before had left behind cannot be killed and live on",
                    metadata: ["pids": "\(left)"])
            }
        } catch {
            logger.warning("cannot look for what a run before has left: \(error)")
        }
    }

    /// From here on what is left belongs to this run.
    func remember(_ markers: MarkerRange?, _ logger: Logger) {
        do {
            try Data((markers.map { "\($0.first)\n" } ?? "").utf8).write(
                to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            logger.warning(
                "cannot write \(path): \(error.localizedDescription); after a crash processes may be left behind")
        }
    }
}
