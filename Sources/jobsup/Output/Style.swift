/// What a text is coloured by.
enum Tint: String {
    case good = "32"
    case notable = "33"
    case bad = "31"
    case quiet = "2"
    case strong = "1"

    /// The tint of a job's or worker's state; most have none.
    init?(state: String) {
        switch state {
        case "completed", "ready", "healthy": self = .good
        case "pending", "cancelling", "draining", "stopping", "starting", "spawning", "removed": self = .notable
        case "failed", "timeout", "backoff", "exited", "killing", "unkillable", "degraded", "held": self = .bad
        case "cancelled", "expired": self = .quiet
        default: return nil
        }
    }
}

/// Whether texts are coloured: only on a terminal that knows colours, and not when NO_COLOR is set.
struct Style: Equatable {
    let isColoured: Bool

    static let plain = Style(isColoured: false)

    init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    init(isTerminal: Bool, environment: [String: String]) {
        let isUnwanted = !(environment["NO_COLOR"] ?? "").isEmpty
        isColoured = isTerminal && !isUnwanted && environment["TERM"] != "dumb"
    }

    func paint(_ text: String, _ tint: Tint?) -> String {
        guard isColoured, let tint, !text.isEmpty else { return text }
        return "\u{1B}[\(tint.rawValue)m\(text)\u{1B}[0m"
    }
}
