import DaemonConfiguration
import Supervision
import Testing

/// `etc/jobsup.yaml`: as it is installed, and with its examples made effective.
@Suite struct ShippedFileTests {
    private let text: String

    init() throws { text = try Repository.text("etc/jobsup.yaml") }

    /// Settings are commented out by a `#` alone; behind that of a sentence comes one space.
    private static func example(_ line: Substring) -> String? {
        let start = line.drop { $0 == " " }
        guard start.first == "#", start.dropFirst().first != " " || start.dropFirst().hasPrefix("  ") else {
            return nil
        }
        return line.prefix { $0 == " " } + String(start.dropFirst())
    }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    @Test func itLoadsAsItIs() throws {
        let place = try ConfigurationPlace(text)
        let configuration = try place.load()
        #expect(try place.warnings() == [])
        #expect(configuration.pools.map(\.name) == ["example"])
    }

    @Test func itLoadsWithAllExamples() throws {
        let place = try ConfigurationPlace(lines.map { Self.example($0) ?? String($0) }.joined(separator: "\n"))
        let configuration = try place.load()
        #expect(try place.warnings() == [])
        #expect(configuration.pools.map(\.name) == ["example", "mail", "reports", "rq"])
        #expect(configuration.types.keys.sorted() == ["send_mail"])
        #expect(configuration.setting("socket_group")?.hasPrefix("jobsup  # jobsup.yaml:") == true)
    }

    @Test func itShowsTheDefaults() throws {
        let examples = try ConfigurationPlace(lines.map { Self.example($0) ?? String($0) }.joined(separator: "\n"))
            .load()
        let standard = try ConfigurationPlace("").load()
        #expect(examples.stateDirectory == standard.stateDirectory)
        #expect(examples.runtimeDirectory == standard.runtimeDirectory && examples.logLevel == standard.logLevel)
        #expect(examples.store.synchronous == standard.store.synchronous)
        #expect(examples.store.resultTimeToLive == standard.store.resultTimeToLive)
        #expect(examples.store.history == standard.store.history)
        #expect(examples.limits.payloadBytes == standard.limits.payloadBytes)
        #expect(examples.limits.resultBytes == standard.limits.resultBytes)
        #expect(examples.defaults == standard.defaults)
        #expect(examples.scaling.budget == standard.scaling.budget)
        for setting in standard.settings where setting.key.hasPrefix("scaling.") {
            #expect(examples.settings.contains { $0.key == setting.key && $0.value == setting.value }, "\(setting.key)")
        }
        // Sections of pools as well, where the example shows what holds without it.
        let reports = try #require(examples.pools.first { $0.name == "reports" })
        #expect(reports.recycle == RecyclePolicy())
        let mail = try #require(examples.pools.first { $0.name == "mail" })
        #expect(mail.watchdog == nil && mail.rolloutPatience == .seconds(10) && mail.stopGrace == .seconds(10))
    }

    @Test func eachExampleLoadsAlone() throws {
        // An example begins where its first character stands in the column of the #.
        let starts = lines.indices.filter { lines[$0].drop { $0 == " " }.dropFirst().first?.isLetter == true }
            .filter { Self.example(lines[$0]) != nil }
        let names = starts.map { lines[$0].drop { " #".contains($0) }.prefix { $0 != ":" } }
        #expect(
            names == [
                "state_directory", "runtime_directory", "socket_group", "log_level", "log", "drain_timeout", "store",
                "limits", "recycle", "scaling", "mail", "reports", "rq", "types", "defaults",
            ])
        for (name, start) in zip(names, starts) {
            var changed = lines.map(String.init)
            var line = start
            repeat {
                changed[line] = Self.example(lines[line]) ?? changed[line]
                line += 1
            } while line < lines.endIndex && !starts.contains(line) && Self.example(lines[line]) != nil
            let problems = try ConfigurationPlace(changed.joined(separator: "\n")).problems()
            #expect(changed != lines.map(String.init) && problems == [], "\(name)")
        }
    }

    @Test func itShowsEveryKey() throws {
        for path in try KnownKeys.paths() {
            let key = try #require(path.split(separator: ".").last)
            #expect(text.contains("\(key):"), "\(path)")
        }
    }
}
