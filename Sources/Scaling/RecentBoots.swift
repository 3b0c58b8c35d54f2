/// How long the last workers of a pool took from their start until they were ready.
package struct RecentBoots: Sendable {
    /// What a policy is told as long as none was ready.
    package static let assumed: Duration = .seconds(5)

    private static let limit = 9
    private var times: [Duration] = []

    package init() {}

    package mutating func add(_ time: Duration) {
        if times.count == Self.limit { times.removeFirst() }
        times.append(time)
    }

    package var median: Duration? { times.isEmpty ? nil : times.sorted()[times.count / 2] }
}
