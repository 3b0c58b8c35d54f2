import Foundation
import Glibc
import ProcessHost
import Scaling

/// Asks one source again and again, on a thread of its own: a source that hangs holds up nobody else.
package final class SignalThread: Sendable {
    private let bell = StopBell()

    /// Begins at once. `deliver` is called on the thread after each reading, good or bad; a last call may be under way when
    /// `stop` returns.
    package init(
        _ settings: SignalSettings, for pool: String, in place: SignalPlace, host: ProcessHost,
        deliver: @escaping @Sendable (Result<SignalReading, SignalFailure>) -> Void
    ) {
        let bell = bell
        let thread = Thread {
            Thread.current.name = "signal"
            // A server that goes away is told by the call that wrote to it.
            var pipe = sigset_t()
            sigemptyset(&pipe)
            sigaddset(&pipe, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &pipe, nil)
            Self.work(settings, pool, place, host, bell, deliver)
        }
        // Whatever the libraries need, not the 8 MiB of a main thread.
        thread.stackSize = 1 << 20
        thread.start()
    }

    deinit { bell.stop() }

    /// Returns at once; what was started for a reading is killed, and the thread ends with the call it is in.
    package func stop() { bell.stop() }

    private static func work(
        _ settings: SignalSettings, _ pool: String, _ place: SignalPlace, _ host: ProcessHost, _ bell: StopBell,
        _ deliver: (Result<SignalReading, SignalFailure>) -> Void
    ) {
        var reader: any SignalReader
        switch settings.source {
        case .redis(let url, let key): reader = RedisReader(url, key, in: place, timeout: settings.timeout)
        case .sqlite(let path, let query): reader = SQLiteReader(path: path, query: query, timeout: settings.timeout)
        case .postgres(let url, let query):
            let runner = ProgramRunner(pool, place, host, bell, timeout: settings.timeout)
            reader = PostgresReader(url, query, in: place, by: runner, timeout: settings.timeout)
        case .command(let words):
            reader = CommandReader(words, by: ProgramRunner(pool, place, host, bell, timeout: settings.timeout))
        }
        let clock = ContinuousClock()
        while !bell.isStopped {
            let next = clock.now + settings.interval
            let result = Result { () throws(SignalFailure) in try reader.read() }
            if bell.isStopped { return }
            deliver(result)
            if !bell.sleep(max(.milliseconds(10), clock.now.duration(to: next))) { return }
        }
    }
}
