import JobModel
import NIOCore
import ProcessHost
import Scaling
import Signals
import Supervision

/// What is known of the queue of a service pool, and whether it can be trusted. Lives on the engine's event loop.
final class SignalWatch {
    let settings: SignalSettings
    let place: SignalPlace
    private let pool: String
    private let context: EngineContext
    private let startedAt: Duration
    private var thread: SignalThread?
    private var last: (reading: SignalReading, at: Duration)?
    private var failure: SignalFailure?

    init(_ settings: SignalSettings, of pool: PoolSettings, context: EngineContext) {
        self.settings = settings
        place = SignalPlace(pool)
        self.pool = pool.name
        self.context = context
        startedAt = context.time.uptime()
    }

    func start() {
        let me = NIOLoopBound(self, eventLoop: context.loop)
        let loop = context.loop
        let uptime = context.time.uptime
        thread = SignalThread(settings, for: pool, in: place, host: context.host) { result in
            // When it was read, however late the loop comes to it.
            let at = uptime()
            loop.execute { me.value.received(result, at: at) }
        }
    }

    /// Nothing comes any more.
    func stop() {
        thread?.stop()
        thread = nil
    }

    private func received(_ result: Result<SignalReading, SignalFailure>, at instant: Duration) {
        guard thread != nil else { return }
        switch result {
        case .success(let reading):
            last = (reading, instant)
            guard failure != nil else { return }
            failure = nil
            context.emit(.signalRecovered(pool: pool))
        case .failure(let failure): fail(failure)
        }
    }

    /// Tells of a trouble once, until it is over.
    private func fail(_ failure: SignalFailure) {
        let isNew = self.failure == nil
        self.failure = failure
        if isNew { context.emit(.signalFailed(pool: pool, failure)) }
    }

    /// A source may also say nothing at all: a name server that hangs has no timeout.
    func look(at uptime: Duration) {
        let silence = uptime - (last?.at ?? startedAt)
        guard thread != nil, failure == nil, silence > settings.longestAge + settings.timeout else { return }
        fail(
            SignalFailure(
                "\(settings) has not answered for \(Int(silence.inSeconds)) s",
                hint: "see whether its machine and the name server can be reached"))
    }

    /// When the last figures were read.
    var readAt: Duration? { last?.at }

    /// Nothing was asked yet: there is no reason to decide anything, nor to complain.
    var isFirstAwaited: Bool { last == nil && failure == nil }

    /// `nil` when it is not known now.
    func queue(at uptime: Duration) -> ScalingObservation.Queue? {
        guard let last, failure == nil, uptime - last.at <= settings.longestAge else { return nil }
        // An age that nobody knows is no reason for more.
        return .init(depth: last.reading.depth, oldestAge: last.reading.oldestAge ?? .zero)
    }

    func status(at uptime: Duration) -> SignalStatus {
        SignalStatus(
            source: "\(settings)", interval: settings.interval, last: last?.reading, age: last.map { uptime - $0.at },
            failure: failure)
    }
}

/// How the signal of a pool is, for people and programs that ask.
package struct SignalStatus: Sendable {
    /// In words, without a password.
    package var source: String
    package var interval: Duration
    /// The last that was good, and how old it is; `nil` before there was one.
    package var last: SignalReading?
    package var age: Duration?
    package var failure: SignalFailure?
}

extension SignalPlace {
    init(_ pool: PoolSettings) {
        self.init(environment: pool.environment, directory: pool.directory, user: pool.user, group: pool.group)
    }
}
