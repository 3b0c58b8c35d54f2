/// Where the length of somebody else's queue is to be had, and how often it is asked for.
package struct SignalSettings: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        case redis(SecretURL, RedisKey)
        /// A file that is opened for reading only, and a query that gives one row.
        case sqlite(path: String, query: String)
        case postgres(SecretURL, query: String)
        /// A program with its arguments, never given to a shell.
        case command([String])
    }

    package var source: Source
    /// From the beginning of one reading to that of the next.
    package var interval: Duration
    /// What one reading may take.
    package var timeout: Duration

    package init(_ source: Source, interval: Duration = .seconds(5), timeout: Duration = .seconds(3)) {
        self.source = source
        self.interval = interval
        self.timeout = timeout
    }

    /// A reading that is older than this says nothing any more.
    package var longestAge: Duration { interval * 3 }
}

/// What in Redis is a queue.
package enum RedisKey: Sendable, Hashable {
    case list(String)
    case sortedSet(String)
    /// With a group: what the group has not got yet, and what it has not acknowledged.
    case stream(String, group: String?)
}

extension SignalSettings: CustomStringConvertible {
    /// For people, without a password.
    package var description: String {
        switch source {
        case .redis(let url, .list(let key)): "the list \(key) of \(url)"
        case .redis(let url, .sortedSet(let key)): "the sorted set \(key) of \(url)"
        case .redis(let url, .stream(let key, nil)): "the stream \(key) of \(url)"
        case .redis(let url, .stream(let key, let group?)): "the group \(group) of the stream \(key) of \(url)"
        case .sqlite(let path, _): "a query of the SQLite file \(path)"
        case .postgres(let url, _): "a query of \(url)"
        case .command(let words): "the number that \(words.first ?? "a program") prints"
        }
    }
}
