import JobModel
import TaskJSON

/// What became of a wish to scale, for people.
struct ScaleText {
    let outcome: ScaleDocument
    let now: Timestamp

    var text: String {
        if outcome.dryRun { return Shown.line("pool \(outcome.pool.name) would go \(outcome.reason)") }
        let manual = outcome.pool.manual.map { ", \($0.words(at: now))" } ?? ""
        return Shown.line("pool \(outcome.pool.name): \(outcome.from) → \(outcome.to) processes\(manual)")
    }
}

extension ManualScaleDocument {
    /// What is set, by whom and until when.
    func words(at now: Timestamp) -> String {
        var what: String
        if let processes {
            what = "\(processes) set by \(who)"
        } else {
            what = "at least \(min.map(String.init) ?? "-"), at most \(max.map(String.init) ?? "-") set by \(who)"
        }
        guard let until, let end = RFC3339.parse(until) else { return what + " until `auto`" }
        what += " for another \(Shown.seconds(Swift.max(0, end.since(now).inSeconds)))"
        return what
    }
}

/// How a pool is scaled now, for people.
struct ScalingText {
    let scaling: ScalingDocument
    let style: Style
    let now: Timestamp

    var text: String {
        var lines = [
            ("pool", "\(scaling.pool), class \(scaling.class)"), ("policy", policy),
            ("workers", workers), ("jobs", jobs), ("machine", machine),
        ]
        if let signal = scaling.signal { lines.insert(("signal", words(of: signal)), at: 4) }
        if let manual = scaling.manual { lines.append(("by hand", manual.words(at: now))) }
        lines.append(("decision", scaling.decision.reason))
        lines.append(("rule", scaling.decision.rule))
        let width = lines.map(\.0.count).max() ?? 0
        let rows = lines.map { name, text in
            style.paint(name, .strong) + String(repeating: " ", count: width - name.count + 2) + Shown.line(text)
        }
        let figures = scaling.decision.figures.sorted { $0.key < $1.key }.map { "  \($0.key) \(Self.short($0.value))" }
        return (rows + figures).joined(separator: "\n")
    }

    private var policy: String {
        let range = "\(scaling.min) to \(scaling.max)"
        return scaling.policy == "fixed"
            ? "fixed: the pool has the number that is set (\(range) may be set)" : "\(scaling.policy), \(range)"
    }

    private var workers: String {
        let seen = scaling.seen
        return "wanted \(scaling.wanted): \(seen.busy) busy, \(seen.idle) idle, \(seen.starting) starting, "
            + "\(seen.leaving) leaving; a start takes \(Shown.seconds(seen.bootSeconds))"
            + (seen.workerBytes.map { ", a worker \(Shown.bytes($0))" } ?? "")
    }

    private var jobs: String {
        let seen = scaling.seen
        guard let depth = seen.queueDepth else { return "nobody knows how many wait" }
        let age = seen.oldestWaitSeconds.map { ", the oldest for \(Shown.seconds($0))" } ?? ""
        // Whoever has a queue of its own runs jobs that nobody here knows of.
        return (scaling.signal == nil ? "\(seen.runningJobs) run, " : "") + "\(depth) wait\(age)"
    }

    private func words(of signal: ScalingDocument.Signal) -> String {
        let age = signal.ageSeconds.map { "\(signal.depth ?? 0) waited \(Shown.seconds($0)) ago" } ?? "not read yet"
        let error = signal.error.map { "; missing now: \($0); \(signal.hint ?? "")" } ?? ""
        return "\(signal.source), every \(Shown.seconds(signal.everySeconds)): \(age)\(error)"
    }

    private var machine: String {
        let seen = scaling.seen
        let parts: [(String, String?)] = [
            ("processors", seen.cpuFraction.map(Self.percent)), ("memory", seen.memoryFraction.map(Self.percent)),
            ("available", seen.availableBytes.map { Shown.bytes($0) }),
            ("pressure of processors", seen.pressureCpuPercent.map { "\(Self.short($0)) %" }),
            ("of memory", seen.pressureMemoryPercent.map { "\(Self.short($0)) %" }),
            ("of disks", seen.pressureIoPercent.map { "\(Self.short($0)) %" }),
        ]
        return parts.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }

    private static func percent(_ part: Double) -> String { "\(Int((part * 100).rounded())) %" }

    private static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\((value * 1000).rounded() / 1000)"
    }
}

extension Table {
    static func of(_ decisions: [ScalingHistoryDocument.Decision], now: Timestamp) -> Table {
        var table = Table([.measure("AGO"), .right("FROM"), .right("TO"), .left("RULE"), .left("WHO"), .left("WHY")])
        for decision in decisions {
            table.add([
                Cell(Shown.age(decision.at, at: now)), Cell("\(decision.from)"),
                Cell("\(decision.to)", decision.from == decision.to ? .quiet : nil), Cell(decision.rule),
                Cell(decision.who ?? "-"), Cell(decision.reason),
            ])
        }
        return table
    }
}
