import Foundation
import JobModel

extension TimeSource {
    /// The clocks of this machine; uptime counts from the start of the command.
    static let system = TimeSource(
        now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        uptime: { ContinuousClock.now - start })

    private static let start = ContinuousClock.now
}
