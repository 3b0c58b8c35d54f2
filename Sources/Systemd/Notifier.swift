import CSystemd
import Glibc

/// Tells the service manager how the daemon is doing (`sd_notify`).
///
/// Outside of systemd, where there is no `NOTIFY_SOCKET`, every call does nothing.
package struct Notifier: Sendable {
    /// What became of a message.
    package enum Delivery: Hashable, Sendable {
        /// Nobody asked to be notified.
        case unsupervised
        case sent
        case failed(errno: Int32)
    }

    /// How often `watchdog()` is to be called: half of the unit's `WatchdogSec=`, so that one late
    /// round does not kill the daemon. `nil` when the manager does not watch this process.
    package let watchdogInterval: Duration?

    private let send: @Sendable (String) -> Int32
    private let monotonicMicroseconds: @Sendable () -> UInt64

    /// - Parameters:
    ///   - watchdogTimeout: after how long a silence the manager takes the daemon for hung.
    ///   - send: hands one message to the manager; answers like `sd_notify`.
    ///   - monotonicMicroseconds: `CLOCK_MONOTONIC`, the clock that the manager compares a reload with.
    package init(
        watchdogTimeout: Duration?,
        send: @escaping @Sendable (String) -> Int32,
        monotonicMicroseconds: @escaping @Sendable () -> UInt64
    ) {
        self.watchdogInterval = watchdogTimeout.map { $0 / 2 }
        self.send = send
        self.monotonicMicroseconds = monotonicMicroseconds
    }

    /// The manager that this process' environment names, if any.
    package static func fromEnvironment() -> Notifier {
        var timeout: UInt64 = 0
        let watched = sd_watchdog_enabled(0, &timeout) > 0
        return Notifier(
            watchdogTimeout: watched ? .microseconds(Int64(clamping: timeout)) : nil,
            send: { sd_notify(0, $0) },
            monotonicMicroseconds: {
                var now = timespec()
                clock_gettime(CLOCK_MONOTONIC, &now)
                return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
            }
        )
    }

    /// The daemon has started, or has finished reloading.
    @discardableResult
    package func ready(status: String? = nil) -> Delivery {
        deliver(["READY=1"], status: status)
    }

    /// The configuration is being read again; `ready()` ends it.
    @discardableResult
    package func reloading(status: String? = nil) -> Delivery {
        deliver(["RELOADING=1", "MONOTONIC_USEC=\(monotonicMicroseconds())"], status: status)
    }

    /// The daemon stops; nothing takes that back.
    @discardableResult
    package func stopping(status: String? = nil) -> Delivery {
        deliver(["STOPPING=1"], status: status)
    }

    /// One line for `systemctl status`.
    @discardableResult
    package func status(_ text: String) -> Delivery {
        deliver([], status: text)
    }

    /// Proof of progress. For the loop that supervises, after a round of real work: sent by a timer of
    /// its own it would only prove that the timer runs.
    @discardableResult
    package func watchdog() -> Delivery {
        deliver(["WATCHDOG=1"], status: nil)
    }

    /// Asks for that much time from now on until the start or stop in hand has ended. To be repeated
    /// before it is over, so that a long stop is waited for and a hung one is not.
    @discardableResult
    package func extendTimeout(by time: Duration, status: String? = nil) -> Delivery {
        let (seconds, attoseconds) = time.components
        let microseconds = max(0, seconds) * 1_000_000 + max(0, attoseconds) / 1_000_000_000_000
        return deliver(["EXTEND_TIMEOUT_USEC=\(microseconds)"], status: status)
    }

    private func deliver(_ assignments: [String], status: String?) -> Delivery {
        var lines = assignments
        if let status {
            // Each line of the message is an assignment: a line break in the text would begin another one.
            lines.append("STATUS=" + String(status.map { $0.isNewline ? " " : $0 }))
        }
        let result = send(lines.joined(separator: "\n"))
        if result < 0 { return .failed(errno: -result) }
        return result == 0 ? .unsupervised : .sent
    }
}
