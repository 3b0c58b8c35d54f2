import JobModel
import Scaling

extension SignalSettings {
    private static let intervals = Duration.milliseconds(200)...Duration.seconds(86400)

    /// `nil` when something is wrong, which was complained of.
    init?(reading section: ConfigurationReader) {
        var reader = section
        let interval = reader.duration("every", default: .seconds(5), in: Self.intervals)
        let timeout = reader.duration("timeout", default: .seconds(3), in: Self.intervals)
        let names = ["redis", "sqlite", "postgres", "command"]
        let given = names.filter { reader.has($0) }
        var sources: [Source?] = []
        if given.contains("redis") { sources.append(Self.redis(reader.section("redis"))) }
        if given.contains("sqlite") { sources.append(Self.sqlite(reader.section("sqlite"))) }
        if given.contains("postgres") { sources.append(Self.postgres(reader.section("postgres"))) }
        if given.contains("command") { sources.append(Self.command(&reader)) }
        // So that they count as known when a name is misspelt.
        for name in names { _ = reader.value(name) }
        reader.finish()
        if given.count != 1 {
            let found = given.isEmpty ? "none is there" : "\(given.joined(separator: " and ")) are there"
            reader.complain(given.last ?? "redis", "\(found): name one of \(names.joined(separator: ", "))")
        }
        guard given.count == 1, let source = sources.first ?? nil else { return nil }
        self.init(source, interval: interval, timeout: timeout)
    }

    private static func redis(_ section: ConfigurationReader) -> Source? {
        var reader = section
        let url = reader.secretURL(form: RedisAddress.form) { RedisAddress($0) != nil }
        let list = reader.optionalText("list")
        let stream = reader.optionalText("stream")
        let sortedSet = reader.optionalText("sorted_set")
        let group = reader.optionalText("group")
        let keys = [
            list.map { RedisKey.list($0) }, stream.map { RedisKey.stream($0, group: group) },
            sortedSet.map { RedisKey.sortedSet($0) },
        ].compactMap(\.self)
        reader.finish()
        if group != nil, stream == nil { reader.complain("group", "is for a stream") }
        guard keys.count == 1 else {
            if !["list", "stream", "sorted_set"].contains(where: reader.has) || keys.count > 1 {
                reader.complain("list", "name one key, as list, stream or sorted_set")
            }
            return nil
        }
        return url.map { .redis($0, keys[0]) }
    }

    private static func sqlite(_ section: ConfigurationReader) -> Source? {
        var reader = section
        let path = reader.optionalDirectory("path")
        if !reader.has("path") { reader.complain("path", "is missing: name the file") }
        let query = query(&reader)
        reader.finish()
        guard let path, let query else { return nil }
        return .sqlite(path: path, query: query)
    }

    private static func postgres(_ section: ConfigurationReader) -> Source? {
        var reader = section
        let url = reader.secretURL(form: PostgresAddress.form) { PostgresAddress($0) != nil }
        let query = query(&reader)
        reader.finish()
        guard let url, let query else { return nil }
        return .postgres(url, query: query)
    }

    private static func query(_ reader: inout ConfigurationReader) -> String? {
        if !reader.has("query") {
            reader.complain("query", "is missing: give one like SELECT count(*) FROM jobs WHERE state = 'ready'")
        }
        return reader.optionalText("query")
    }

    private static func command(_ reader: inout ConfigurationReader) -> Source? {
        let form = "must be a list, [program, argument, …]: it is never given to a shell"
        guard let words = reader.list("command", otherwise: form) else { return nil }
        guard words.first?.isEmpty == false else {
            reader.complain("command", "is empty: name the program that prints the number")
            return nil
        }
        return .command(words)
    }

    /// The URL, or the variable that is to hold it, and whether a URL of it is right.
    var secret: (url: SecretURL, form: String, isRight: (String) -> Bool)? {
        switch source {
        case .redis(let url, _): (url, RedisAddress.form, { RedisAddress($0) != nil })
        case .postgres(let url, _): (url, PostgresAddress.form, { PostgresAddress($0) != nil })
        case .sqlite, .command: nil
        }
    }
}

extension ConfigurationReader {
    /// What follows a wrong URL, which may be all secret, in place of the URL.
    static func isNotURL(_ form: String) -> String {
        "is not \(form); write @ : / ? and # in a password as %40 %3A %2F %3F %23"
    }

    /// `url: …`, or `url_env: NAME`, of which nothing secret is shown.
    mutating func secretURL(form: String, isRight: (String) -> Bool) -> SecretURL? {
        let variable = optionalText("url_env")
        let value = value("url")
        switch (value, variable) {
        case (nil, nil):
            if !has("url_env") {
                complain(
                    "url", "is missing: give \(form), or url_env with the name of a variable of the pool's environment")
            }
            return nil
        case (nil, let name?): return .variable(name)
        case (_?, _?):
            complain("url_env", "stands beside url: give one of them")
            return nil
        case (let value?, nil):
            guard case .scalar(let text, let origin) = value, isRight(text) else {
                complain("url", Self.isNotURL(form))
                return nil
            }
            note("url", SecretURL.redacted(text), from: origin)
            return .text(text)
        }
    }
}
