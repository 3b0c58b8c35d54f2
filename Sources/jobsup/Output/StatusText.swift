import JobModel

/// The daemon with its queues and pools, for people.
struct StatusText {
    let status: StatusDocument
    let style: Style
    let now: Timestamp

    var text: String {
        let store = status.store
        let health = store.ok ? ("ok", Tint.good) : (Shown.line("TROUBLE: \(store.message ?? "")"), Tint.bad)
        var heading = [
            "jobsupd \(status.version)  process \(status.pid)  up \(Shown.age(status.startedAt, at: now))  "
                + Shown.bytes(status.rssBytes),
            "store \(store.kind)  \(store.path)  synchronous \(store.synchronous)  "
                + style.paint(health.0, health.1),
        ]
        if let limits = status.workerLimits { heading.append(Shown.line("limits \(limits.message)")) }
        heading.append("jobs " + totals)
        heading += status.warnings.map { style.paint(Shown.line("warning: \($0)"), .notable) }
        return [
            heading.joined(separator: "\n"), Table.of(status.queues).text(style, nothing: "no queues"),
            Table.of(status.pools).text(style, nothing: "no pools: the configuration names none, so no job is run"),
        ].joined(separator: "\n\n")
    }

    private var totals: String {
        let states = ["pending", "queued", "processing"] + JobDocument.finishedStates
        return states.filter { ["queued", "processing", "completed"].contains($0) || (status.totals[$0] ?? 0) > 0 }
            .map { "\($0) \(style.paint(Shown.count(status.totals[$0] ?? 0), .strong))" }
            .joined(separator: "  ")
    }
}
