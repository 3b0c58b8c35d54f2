import Foundation
import JobModel
import Logging
import Systemd

/// A service that does nothing but speak to systemd, for testing the room `Systemd` against the real one.
///
/// - `serve [SECONDS]`: ready, fed watchdog, SIGHUP reloads, SIGTERM stops after so many seconds.
/// - `log`: one entry of each kind, then the end.
@main
struct SystemdProbe {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let output = LogOutput.detect(environment: ProcessInfo.processInfo.environment)
        LoggingSystem.bootstrap { _ in
            output.handler(identifier: "probe", level: .debug) {
                Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            }
        }
        switch arguments.first {
        case "serve": serve(stopSeconds: arguments.dropFirst().first.flatMap { Int($0) } ?? 0)
        case "log": log()
        default:
            print("usage: SystemdProbe serve [SECONDS] | log")
            exit(64)
        }
    }

    private static func serve(stopSeconds: Int) {
        let logger = Logger(label: "probe")
        let notifier = Notifier.fromEnvironment()
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)

        logger.event(.daemonStarted, level: .info, "started", metadata: ["version": "probe", "pools": "none"])
        notifier.ready(status: "2 pools, 3 jobs")
        while true {
            switch wait(for: &signals, atMost: notifier.watchdogInterval ?? .seconds(3600)) {
            case SIGHUP:
                notifier.reloading(status: "reloading")
                notifier.ready(status: "reloaded")
            case SIGTERM:
                stop(after: stopSeconds, notifier: notifier, logger: logger)
                return
            default: notifier.watchdog()
            }
        }
    }

    /// Takes longer than the unit's `TimeoutStopSec=`, and says so every second.
    private static func stop(after seconds: Int, notifier: Notifier, logger: Logger) {
        logger.event(.daemonDraining, level: .notice, "draining", metadata: ["jobs": "1"])
        notifier.stopping()
        for left in stride(from: seconds, to: 0, by: -1) {
            notifier.extendTimeout(by: .seconds(2), status: "draining, \(left) s left")
            sleep(1)
        }
        logger.event(.daemonStopped, level: .notice, "stopped")
    }

    private static func log() {
        let logger = Logger(label: "probe")
        for level in Logger.Level.allCases { logger.log(level: level, "level \(level)") }
        logger.event(
            .jobRequeued, level: .warning, "job requeued",
            metadata: [
                "pool": "mail", "worker": "mail-3", "job": "4711", "type": "send_mail", "queue": "default",
                "attempt": "2", "reason": "killed by SIGKILL\nsecond line",
            ])
        logger.info("big", metadata: ["reason": "\(String(repeating: "x", count: 300_000))"])
    }

    private static func wait(for signals: inout sigset_t, atMost time: Duration) -> Int32 {
        var limit = timespec(
            tv_sec: Int(time.components.seconds), tv_nsec: Int(time.components.attoseconds / 1_000_000_000))
        return sigtimedwait(&signals, nil, &limit)
    }
}
