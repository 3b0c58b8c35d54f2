import Scaling

/// Asks Redis. The connection is kept, and made anew after any error.
struct RedisReader: SignalReader {
    private let url: SecretURL
    private let key: RedisKey
    private let place: SignalPlace
    private let timeout: Duration
    private var connection: RedisConnection?

    init(_ url: SecretURL, _ key: RedisKey, in place: SignalPlace, timeout: Duration) {
        self.url = url
        self.key = key
        self.place = place
        self.timeout = timeout
    }

    mutating func read() throws(SignalFailure) -> SignalReading {
        let deadline = ContinuousClock.now + timeout
        if let kept = connection.take() {
            do throws(RedisConnection.Problem) {
                let reading = try ask(kept, until: deadline)
                connection = kept
                return reading
            } catch .closed {
                // Redis closes idle connections, and is restarted: that is no failure before a new one fails as well.
            } catch {
                throw error.failure(of: url, timeout)
            }
        }
        guard let address = RedisAddress(try url.text(in: place)) else { throw url.isNot(RedisAddress.form) }
        do throws(RedisConnection.Problem) {
            let new = try RedisConnection(to: address, until: deadline)
            let reading = try ask(new, until: deadline)
            connection = new
            return reading
        } catch {
            throw error.failure(of: url, timeout)
        }
    }

    private func ask(
        _ connection: RedisConnection, until deadline: ContinuousClock.Instant
    ) throws(RedisConnection.Problem) -> SignalReading {
        let answer =
            switch key {
            case .list(let key): try connection.ask(["LLEN", key], until: deadline)
            case .sortedSet(let key): try connection.ask(["ZCARD", key], until: deadline)
            case .stream(let key, nil): try connection.ask(["XLEN", key], until: deadline)
            case .stream(let key, _?): try connection.ask(["XINFO", "GROUPS", key], until: deadline)
            }
        if case .stream(let key, let group?) = key {
            return SignalReading(depth: try answer.backlog(of: group, in: key))
        }
        guard case .integer(let depth) = answer, depth >= 0 else { throw .unexpected }
        return SignalReading(depth: depth)
    }
}
