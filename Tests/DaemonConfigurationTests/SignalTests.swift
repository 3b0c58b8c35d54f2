import Scaling
import Testing

@testable import DaemonConfiguration

/// How the queue of a service pool is named, and what is said of wrong names.
@Suite struct SignalTests {
    private func text(_ signal: String, more: String = "", scaling: String = "") -> String {
        "pools: {a: {kind: service, command: [x], processes: {min: 1, max: 9}\(more), scaling: {signal: {\(signal)}\(scaling)}}}"
    }

    private func signal(_ signal: String, more: String = "") throws -> SignalSettings? {
        try ConfigurationPlace(text(signal, more: more)).load().pools[0].scaling?.signal
    }

    /// Without their places.
    private func problems(_ text: String) throws -> [String] {
        try ConfigurationPlace(text).problems().map { problem in
            problem.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        }
    }

    @Test func sources() throws {
        let redis = SecretURL.text("redis://h")
        #expect(try signal("redis: {url: 'redis://h', list: q}") == SignalSettings(.redis(redis, .list("q"))))
        #expect(
            try signal("redis: {url: 'redis://h', stream: s, group: g}")
                == SignalSettings(.redis(redis, .stream("s", group: "g"))))
        #expect(
            try signal("every: 1m, timeout: 500ms, redis: {url: 'redis://h', sorted_set: z}")
                == SignalSettings(
                    .redis(redis, .sortedSet("z")), interval: .seconds(60), timeout: .milliseconds(500)))
        #expect(
            try signal("sqlite: {path: /q.db, query: SELECT 1}")
                == SignalSettings(.sqlite(path: "/q.db", query: "SELECT 1")))
        #expect(
            try signal("postgres: {url: 'postgresql://h/d', query: SELECT 1}")
                == SignalSettings(.postgres(.text("postgresql://h/d"), query: "SELECT 1")))
        #expect(try signal("command: [count, all]") == SignalSettings(.command(["count", "all"])))
    }

    @Test func aPasswordIsNotShown() throws {
        for url in ["redis://me:hunter2@h/1", "unix:///s?password=hunter2"] {
            let configuration = try ConfigurationPlace(text("redis: {url: '\(url)', list: q}")).load()
            let shown = configuration.settings.map { "\($0)" }.joined()
            #expect(shown.contains("signal.redis.url"))
            #expect(!shown.contains("hunter2"))
            #expect(!"\(configuration.pools)".contains("hunter2"))
        }
        for url in ["redis://me:hun/ter2@h", "me:hunter2@h", "http://me:hunter2@h", "redis://me:hunter2"] {
            let found = try problems(text("redis: {url: '\(url)', list: q}"))
            #expect(
                found == ["pools.a.scaling.signal.redis.url: \(ConfigurationReader.isNotURL(RedisAddress.form))"])
        }
    }

    @Test func aVariableMayHoldTheURL() throws {
        let source = "redis: {url_env: BROKER, list: q}"
        #expect(
            try signal(source, more: ", environment: {BROKER: 'redis://:x@h'}")
                == SignalSettings(.redis(.variable("BROKER"), .list("q"))))
        #expect(try ConfigurationPlace(text(source, more: ", credentials: {BROKER: b}")).warnings() == [])
        #expect(try ConfigurationPlace(text(source)).warnings().count == 1)
        #expect(
            try problems(text(source, more: ", environment: {BROKER: 'hunter2'}")) == [
                "pools.a.scaling.signal.redis.url_env: BROKER \(ConfigurationReader.isNotURL(RedisAddress.form))"
            ])
    }

    @Test(arguments: [
        ("", "pools.a.scaling.signal.redis: none is there: name one of redis, sqlite, postgres, command"),
        (
            "command: [x], sqlite: {path: /q, query: q}",
            "pools.a.scaling.signal.command: sqlite and command are there: name one of redis, sqlite, postgres, command"
        ),
        ("redis: {url: 'redis://h'}", "pools.a.scaling.signal.redis.list: name one key, as list, stream or sorted_set"),
        (
            "redis: {url: 'redis://h', list: a, sorted_set: b}",
            "pools.a.scaling.signal.redis.list: name one key, as list, stream or sorted_set"
        ),
        ("redis: {url: 'redis://h', list: a, group: b}", "pools.a.scaling.signal.redis.group: is for a stream"),
        (
            "redis: {url: 'redis://h', url_env: B, list: a}",
            "pools.a.scaling.signal.redis.url_env: stands beside url: give one of them"
        ),
        ("sqlite: {query: q}", "pools.a.scaling.signal.sqlite.path: is missing: name the file"),
        ("command: []", "pools.a.scaling.signal.command: is empty: name the program that prints the number"),
        ("comand: [x], command: [x]", "pools.a.scaling.signal.comand: unknown key; did you mean 'command'?"),
    ])
    func wrongOnes(_ signal: String, _ problem: String) throws {
        #expect(try problems(text(signal)) == [problem])
    }

    @Test func onlyServicesHaveOneAndTheyHaveOnlyThresholds() throws {
        #expect(
            try problems("pools: {a: {command: [x], processes: {max: 9}, scaling: {signal: {command: [x]}}}}") == [
                "pools.a.scaling.signal: is for service pools: the queues of this pool are known"
            ])
        #expect(
            try problems(text("command: [x]", scaling: ", target_wait: 30s")) == [
                "pools.a.scaling.target_wait: is not for service pools: nobody knows how long their jobs take, nor how many "
                    + "are done; use up and down"
            ])
        #expect(
            try problems(
                "pools: {a: {kind: service, command: [x], processes: {max: 9}, scaling: {up: {queue_depth: 30}}}}") == [
                    "pools.a.scaling.signal: is missing: nobody knows how much a service has to do unless it is told where to look"
                ])
        // What holds for all pools is not meant for them.
        let place = try ConfigurationPlace("scaling: {target_wait: 30s}\n" + text("command: [x]"))
        guard case .thresholds(let settings)? = try place.load().pools[0].scaling?.rule else {
            Issue.record("thresholds are expected")
            return
        }
        #expect(settings.queueDecides)
    }

    @Test func aFixedNumberNeedsNone() throws {
        let text = "pools: {a: {kind: service, command: [x], processes: 2, scaling: {signal: {command: [x]}}}}"
        #expect(try ConfigurationPlace(text).load().pools[0].scaling == nil)
        #expect(try ConfigurationPlace(text).warnings().count == 1)
        let plain = try ConfigurationPlace("pools: {a: {kind: service, command: [x], processes: {max: 9}}}").load()
        #expect(plain.pools[0].scaling == nil)
    }
}
