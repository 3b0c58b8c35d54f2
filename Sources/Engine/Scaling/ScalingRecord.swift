import Foundation
import JobModel
import JobStore
import Scaling

/// A decision as it is kept, told and shown.
package struct ScalingRecord: Sendable, Hashable {
    package var pool: String
    package var at: Timestamp
    package var from: Int
    /// The same number when something was held back.
    package var to: Int
    package var rule: String
    /// One sentence for people.
    package var reason: String
    /// What the rule has seen and reckoned; the unit is part of each name.
    package var figures: [String: Double]
    /// The user who asked for it; `nil` when nobody did.
    package var who: String?

    init(_ decision: ScalingDecision, pool: String, at instant: Timestamp, who: String? = nil) {
        self.pool = pool
        at = instant
        from = decision.current
        to = decision.wanted
        rule = decision.rule.rawValue
        reason = decision.sentence
        figures = Dictionary(
            decision.figures.map { ($0.name.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.who = who
    }

    /// How it lies in the store; the pool and the instant stand beside it there.
    private struct Body: Codable {
        var from: Int
        var to: Int
        var rule: String
        var reason: String
        var figures: [String: Double]
        var who: String?
    }

    var entry: PoolHistoryEntry? {
        let body = Body(from: from, to: to, rule: rule, reason: reason, figures: figures, who: who)
        guard let data = try? JSONEncoder().encode(body) else { return nil }
        return PoolHistoryEntry(pool: pool, at: at, text: String(decoding: data, as: UTF8.self))
    }

    /// `nil` when the entry was written by a program that wrote it otherwise.
    init?(_ entry: PoolHistoryEntry) {
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(entry.text.utf8)) else { return nil }
        pool = entry.pool
        at = entry.at
        from = body.from
        to = body.to
        rule = body.rule
        reason = body.reason
        figures = body.figures
        who = body.who
    }
}

extension ManualScale {
    var text: String? { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } }

    init?(text: String) {
        guard let value = try? JSONDecoder().decode(ManualScale.self, from: Data(text.utf8)) else { return nil }
        self = value
    }
}
