import JobModel

extension Configuration.Pool {
    private static let most = 1000

    init(name: String, reading section: ConfigurationReader) {
        var reader = section
        self.name = name
        kind = reader.choice("kind", default: Configuration.PoolKind.socket)
        command = Self.command(&reader)
        queues = Self.queues(&reader)
        (processes, bounds) = Self.processes(&reader)
        concurrency = reader.integer("concurrency", default: 1, in: 1...10_000)
        if kind == .exec, concurrency != 1 {
            reader.complain("concurrency", "a process of an exec pool runs one job: use 'processes' for more at once")
        }
        environment = Self.environment(reader.section("environment"))
        directory = reader.optionalDirectory("directory")
        user = reader.optionalText("user")
        group = reader.optionalText("group")
        // A worker that must be ready at once would be stopped at once, again and again.
        let bootTimes = Duration.milliseconds(1)...Configuration.anyTime.upperBound
        bootTimeout = reader.duration("boot_timeout", default: .seconds(60), in: bootTimes)
        stopGrace = reader.duration("stop_grace", default: .seconds(10))
        reader.finish()
    }

    private static func command(_ reader: inout ConfigurationReader) -> [String] {
        let isThere = reader.has("command")
        let form = "must be a list, [program, argument, …]: it is never given to a shell"
        let words = reader.list("command", otherwise: form)
        if !isThere || words?.first?.isEmpty ?? (words != nil) {
            reader.complain("command", "is missing: name the program that works")
        }
        return words ?? []
    }

    private static func queues(_ reader: inout ConfigurationReader) -> [String] {
        if !reader.has("queues") { reader.noteMissing("queues", "[default]") }
        guard let names = reader.list("queues", otherwise: "must be a list of queue names") else { return ["default"] }
        if names.isEmpty { reader.complain("queues", "is empty: a pool serves at least one queue") }
        for (index, name) in names.enumerated() {
            if !Configuration.isName(name) {
                reader.complain("queues", "'\(name)' cannot be a name: use \(Configuration.nameRule)")
            } else if names[..<index].contains(name) {
                reader.complain("queues", "'\(name)' is there more than once")
            }
        }
        return names
    }

    /// `processes: 4`, or `processes: {min: 1, max: 10, start: 2}`.
    private static func processes(_ reader: inout ConfigurationReader) -> (Int, ClosedRange<Int>) {
        guard case .mapping? = reader.value("processes") else {
            return (reader.integer("processes", default: 1, in: 0...most), 0...most)
        }
        var section = reader.section("processes")
        let least = section.integer("min", default: 0, in: 0...most)
        let greatest = section.integer("max", default: most, in: 0...most)
        let start = section.integer("start", default: least, in: 0...most)
        section.finish()
        guard least <= greatest else {
            section.complain("min", "\(least) is more than max, \(greatest)")
            return (start, 0...most)
        }
        if !(least...greatest).contains(start) {
            section.complain("start", "\(start) is not within min and max, \(least) to \(greatest)")
        }
        return (start, least...greatest)
    }

    private static func environment(_ section: ConfigurationReader) -> [String: String] {
        var reader = section
        var result: [String: String] = [:]
        for key in reader.keys {
            result[key] = reader.scalar(key, default: "", shown: "", expected: "a text") { $0 }
            if key.isEmpty || key.contains("=") || key.utf8.contains(0) {
                reader.complain(ofKey: key, "cannot be the name of a variable")
            }
        }
        return result
    }
}
