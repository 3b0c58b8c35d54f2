/// What Redis answers, as far as it is asked here.
package enum RedisAnswer: Sendable, Hashable {
    case null
    case integer(Int)
    case text(String)
    case array([RedisAnswer])

    /// Of `XINFO GROUPS`: what the group has not got yet, and what it got and has not acknowledged.
    func backlog(of group: String, in stream: String) throws(RedisConnection.Problem) -> Int {
        guard case .array(let groups) = self else { throw .unexpected }
        for case .array(let fields) in groups {
            var values: [String: RedisAnswer] = [:]
            for index in stride(from: 0, to: fields.count - 1, by: 2) {
                guard case .text(let name) = fields[index] else { continue }
                values[name] = fields[index + 1]
            }
            guard values["name"] == .text(group) else { continue }
            guard case .integer(let pending)? = values["pending"] else { throw .unexpected }
            // Before Redis 7 there is no lag; after entries were deleted from the middle nobody knows it.
            guard case .integer(let lag)? = values["lag"] else { throw .unknownLag(group) }
            return max(0, lag) + max(0, pending)
        }
        throw .noGroup(group, stream: stream)
    }
}
