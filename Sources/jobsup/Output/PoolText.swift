import JobModel

/// One pool with its workers, for people.
struct PoolText {
    let pool: PoolDocument
    let style: Style
    let now: Timestamp

    var text: String {
        var parts = [Table.of([pool]).text(style, nothing: "")]
        if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
        parts.append(Table.of(pool.workers, at: now).text(style, nothing: "no worker processes"))
        if !pool.ends.isEmpty { parts.append(ends.text(style, nothing: "")) }
        if let said = pool.ends.first(where: { !$0.expected && !$0.stderr.isEmpty }) {
            let lines = said.stderr.map { "  " + Shown.line($0) }
            parts.append(([Shown.line("last words of \(said.worker):")] + lines).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private var notes: [String] {
        var notes: [String] = []
        if pool.removed { notes.append("removed: it is not configured any more, and goes with its last worker") }
        if let reason = pool.reason {
            notes.append(style.paint(Shown.line("\(pool.health): \(reason)"), .bad))
            notes.append("to start all workers at once: jobsup pool resume \(pool.name)")
        }
        if let manual = pool.manual {
            notes.append(Shown.line("by hand: \(manual.words(at: now))"))
        }
        if let message = pool.rollout.message {
            notes.append(Shown.line("rollout: \(message)"))
        } else if pool.isRollingOut {
            notes.append("rollout: generation \(pool.generation), \(pool.rollout.done ?? 0) of \(pool.wanted) in place")
        }
        notes += pool.workers.compactMap { worker in
            (worker.note ?? worker.status).map { Shown.line("\(worker.name): \($0)") }
        }
        return notes
    }

    private var ends: Table {
        var table = Table([.left("ENDED"), .measure("AGO"), .measure("PEAK"), .left("JOBS"), .left("HOW")])
        for end in pool.ends.prefix(5) {
            table.add([
                Table.Cell(end.worker), Table.Cell(Shown.age(end.at, at: now)),
                Table.Cell(Shown.bytes(end.peakRssBytes)), Table.Cell(end.jobs.joined(separator: ",")),
                Table.Cell(end.message, end.expected ? .quiet : .bad),
            ])
        }
        return table
    }
}
