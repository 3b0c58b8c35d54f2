import DaemonConfiguration
import Testing

/// Times and sizes in every form that is allowed.
@Suite struct WrittenValueTests {
    @Test(arguments: [
        ("0", Duration.zero), ("0s", .zero), ("1", .seconds(1)), ("1.5", .milliseconds(1500)),
        ("250ms", .milliseconds(250)), ("0.5ms", .milliseconds(1)), ("10s", .seconds(10)),
        ("0.25s", .milliseconds(250)),
        ("5m", .seconds(300)), ("1.5m", .seconds(90)), ("2h", .seconds(7200)), ("0.5h", .seconds(1800)),
        ("1d", .seconds(86400)), ("3650d", .seconds(3650 * 86400)), ("1e3", .seconds(1000)), ("007", .seconds(7)),
        ("\"30s\"", .seconds(30)),
    ])
    func times(_ text: String, _ time: Duration) throws {
        #expect(try ConfigurationPlace("drain_timeout: \(text)").load().drainTimeout == time)
    }

    @Test(arguments: [
        ("1", 1), ("1B", 1), ("1KB", 1000), ("1KiB", 1024), ("2MB", 2_000_000), ("2MiB", 2 << 20), ("0.25GiB", 1 << 28),
        ("0.1GB", 100_000_000), ("1.5KiB", 1536), ("268435456", 256 << 20), ("256MiB", 256 << 20),
    ])
    func sizes(_ text: String, _ bytes: Int) throws {
        let limits = try ConfigurationPlace("limits: {payload: \(text), result: \(text)}").load().limits
        #expect(limits.payloadBytes == bytes && limits.resultBytes == bytes)
    }

    @Test func aTimeoutOfZeroIsNone() throws {
        let configuration = try ConfigurationPlace("defaults: {timeout: 0}\ntypes: {a: {}, b: {timeout: 5}}").load()
        #expect(configuration.defaults.timeout == nil && configuration.types["a"]?.timeout == nil)
        #expect(configuration.types["b"]?.timeout == .seconds(5))
    }

    @Test func backoffIsAListOrARule() throws {
        let configuration = try ConfigurationPlace(
            """
            defaults: {backoff: [10s, 1m]}
            types:
              inherits: {}
              list: {backoff: [0]}
              rule: {backoff: {base: 2s, factor: 1.5, cap: 1h, jitter: 0}}
              standard: {backoff: {}}
            """
        ).load()
        #expect(configuration.defaults.retry == .intervals([.seconds(10), .seconds(60)]))
        #expect(configuration.types["inherits"]?.retry == configuration.defaults.retry)
        #expect(configuration.types["list"]?.retry == .intervals([.zero]))
        #expect(
            configuration.types["rule"]?.retry
                == .exponential(base: .seconds(2), factor: 1.5, cap: .seconds(3600), jitter: 0))
        #expect(configuration.types["standard"]?.retry == .standard)
    }

    @Test func processesAreANumberOrBounds() throws {
        let pools = try ConfigurationPlace(
            """
            pools:
              a: {command: [x]}
              b: {command: [x], processes: 0}
              c: {command: [x], processes: {min: 2, max: 9}}
              d: {command: [x], processes: {max: 3, start: 3}}
              e: {command: [x], processes: {}}
            """
        ).load().pools
        #expect(pools.map(\.processes) == [1, 0, 2, 3, 0])
        #expect(pools.map(\.bounds) == [0...1000, 0...1000, 2...9, 0...3, 0...1000])
    }
}
