import CHiredis
import Glibc
import JobModel
import Scaling

/// One connection. Blocks; used by one thread.
final class RedisConnection {
    enum Problem: Error {
        case unreachable(String)
        /// The server has closed it, or is gone.
        case closed
        case late
        /// An error that Redis has answered, in its words.
        case refused(String)
        case unexpected
        case unknownLag(String)
        case noGroup(String, stream: String)
        case broken(String)
    }

    private let context: UnsafeMutablePointer<redisContext>

    /// Connects and says who is there.
    init(to address: RedisAddress, until deadline: ContinuousClock.Instant) throws(Problem) {
        let left = try Self.left(until: deadline)
        let made =
            switch address.place {
            case .host(let name, let port): redisConnectWithTimeout(name, Int32(port), left)
            case .unix(let path): redisConnectUnixWithTimeout(path, left)
            }
        guard let made else { throw .broken("there is no memory for a connection") }
        context = made
        guard made.pointee.err == 0 else {
            throw isLate ? .late : .unreachable(words)
        }
        // Workers are none of its business.
        _ = fcntl(made.pointee.fd, F_SETFD, FD_CLOEXEC)
        for command in address.greeting { _ = try ask(command, until: deadline) }
    }

    deinit { redisFree(context) }

    private static func left(until deadline: ContinuousClock.Instant) throws(Problem) -> timeval {
        let left = ContinuousClock.now.duration(to: deadline)
        // Zero would mean for ever.
        guard left > .milliseconds(1) else { throw .late }
        let (seconds, attoseconds) = left.components
        return timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }

    /// What went wrong last, in the library's words.
    private var words: String {
        withUnsafeBytes(of: context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// For the library, a timeout is any error of the kernel's; to be asked at once, before `errno` says something else.
    private var isLate: Bool {
        let error = errno
        return context.pointee.err == REDIS_ERR_IO && (error == EAGAIN || error == ETIMEDOUT)
    }

    /// After a problem other than `refused` the connection is of no use any more.
    func ask(_ words: [String], until deadline: ContinuousClock.Instant) throws(Problem) -> RedisAnswer {
        guard redisSetTimeout(context, try Self.left(until: deadline)) == REDIS_OK else { throw .broken(self.words) }
        errno = 0
        guard let raw = send(words) else {
            if isLate { throw .late }
            throw context.pointee.err == REDIS_ERR_IO || context.pointee.err == REDIS_ERR_EOF
                ? .closed : .broken(self.words)
        }
        defer { freeReplyObject(raw) }
        return try Self.answer(raw.assumingMemoryBound(to: redisReply.self))
    }

    /// By a list of texts with their lengths: nothing in them is taken for a format.
    private func send(_ words: [String]) -> UnsafeMutableRawPointer? {
        let copies = words.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var starts = copies.map { UnsafePointer<CChar>($0) }
        let lengths = words.map(\.utf8.count)
        return redisCommandArgv(context, Int32(words.count), &starts, lengths)
    }

    private static func answer(_ reply: UnsafeMutablePointer<redisReply>) throws(Problem) -> RedisAnswer {
        let reply = reply.pointee
        switch reply.type {
        case REDIS_REPLY_INTEGER: return .integer(Int(reply.integer))
        case REDIS_REPLY_NIL: return .null
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .text(text(reply))
        case REDIS_REPLY_ERROR: throw .refused(text(reply))
        case REDIS_REPLY_ARRAY:
            var elements: [RedisAnswer] = []
            for index in 0..<Int(reply.elements) {
                guard let element = reply.element?[index] else { throw .unexpected }
                elements.append(try answer(element))
            }
            return .array(elements)
        default: throw .unexpected
        }
    }

    private static func text(_ reply: redisReply) -> String {
        guard let start = reply.str else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: Int(reply.len)), as: UTF8.self)
    }
}

extension RedisConnection.Problem {
    func failure(of url: SecretURL, _ timeout: Duration) -> SignalFailure {
        switch self {
        case .unreachable(let why):
            SignalFailure("\(url) cannot be reached: \(why)", hint: "see that Redis runs and listens there")
        case .closed: SignalFailure("\(url) has closed the connection", hint: "see Redis's log for the cause")
        case .late:
            SignalFailure(
                "\(url) did not answer within \(timeout.inSeconds.formattedShortly) s",
                hint: "see what holds Redis up, or raise signal.timeout")
        case .refused(let words): SignalFailure("\(url) answered: \(words)", hint: Self.hint(words))
        case .unexpected:
            SignalFailure("\(url) did not answer with a number", hint: "see that Redis is what listens there")
        case .unknownLag(let group):
            SignalFailure(
                "Redis does not know how far the group \(group) is behind",
                hint: "it needs Redis 7, and a stream from whose middle nothing was deleted; else leave out `group`")
        case .noGroup(let group, let stream):
            SignalFailure(
                "the stream \(stream) has no group \(group)", hint: "correct the name, or create it with XGROUP CREATE")
        case .broken(let why): SignalFailure("\(url): \(why)", hint: "see that Redis is what listens there")
        }
    }

    private static func hint(_ words: String) -> String {
        switch words.prefix(while: { $0 != " " }) {
        case "NOAUTH", "WRONGPASS", "NOPERM": "give a user and password that may read the key, in url or by url_env"
        case "WRONGTYPE": "the key is something else: name it as list, sorted_set or stream"
        case "LOADING", "BUSY", "MASTERDOWN": "it will answer when it is done with that"
        case "ERR" where words.contains("no such key"):
            "correct the name of the stream, or create its group with MKSTREAM"
        case "ERR" where words.contains("AUTH"): "correct user and password of the url"
        default: "see Redis's documentation for what it means"
        }
    }
}
