/// What all pools of a machine may have together: processes and memory.
///
/// First every pool keeps the workers that cannot be taken from it (busy ones), then each gets its minimum, critical
/// pools first, then what else they want, again by class. Within a class workers are handed out one by one to the pool
/// that has the fewest (max-min fairness), so that no pool's place in the file decides. Of memory, a pool whose workers
/// were never measured gets no more than it has, or one to be measured.
package struct ScalingBudget: Sendable, Hashable {
    /// In the order in which pools are served.
    package enum PoolClass: Int, Sendable, Hashable, CaseIterable, Comparable {
        case critical, `default`, background

        package static func < (left: PoolClass, right: PoolClass) -> Bool { left.rawValue < right.rawValue }
    }

    package struct Request: Sendable, Hashable {
        package var pool: String
        package var poolClass: PoolClass
        package var wanted: Int
        package var minimum: Int
        /// Workers that are there and may not be taken.
        package var held: Int
        /// Workers that the pool has now.
        package var present: Int
        /// What a worker takes; `nil` while none was measured.
        package var workerBytes: Int?

        package init(
            pool: String, poolClass: PoolClass = .default, wanted: Int, minimum: Int = 0, held: Int = 0,
            present: Int = 0, workerBytes: Int? = 0
        ) {
            self.pool = pool
            self.poolClass = poolClass
            self.wanted = wanted
            self.minimum = minimum
            self.held = held
            self.present = present
            self.workerBytes = workerBytes
        }
    }

    /// `nil` for no limit.
    package var processes: Int?
    package var memoryBytes: Int?

    package init(processes: Int? = nil, memoryBytes: Int? = nil) {
        self.processes = processes
        self.memoryBytes = memoryBytes
    }

    /// Takes out what somebody has who gets nothing of it.
    package mutating func withdraw(_ count: Int, bytes: Int) {
        processes = processes.map { max(0, $0 - count) }
        memoryBytes = memoryBytes.map { max(0, $0 - bytes) }
    }

    package var isUnlimited: Bool { processes == nil && memoryBytes == nil }

    /// The number of workers for each request, in their order, none above what is wanted. They are within the budget unless
    /// what is held alone is not.
    package func grants(_ requests: [Request]) -> [Int] {
        var grants = requests.map { max(0, min($0.held, $0.wanted)) }
        var left = Left(
            processes: (processes ?? .max / 2) - grants.reduce(0, +),
            bytes: (memoryBytes ?? .max / 2) - zip(requests, grants).reduce(0) { $0 + $1.0.knownBytes * $1.1 })
        for limit in [\Request.minimum, \Request.wanted] {
            for poolClass in PoolClass.allCases {
                let members = requests.indices.filter { requests[$0].poolClass == poolClass }
                share(&left, among: members, of: requests, upTo: limit, &grants)
            }
        }
        return grants
    }

    private struct Left {
        var processes: Int
        var bytes: Int

        func hasRoom(for request: Request) -> Bool { processes >= 1 && bytes >= request.knownBytes }
    }

    private func share(
        _ left: inout Left, among members: [Int], of requests: [Request], upTo limit: KeyPath<Request, Int>,
        _ grants: inout [Int]
    ) {
        while true {
            // A minimum is not more than what is wanted by a person who stopped the pool.
            let open = members.filter { index in
                grants[index] < min(requests[index][keyPath: limit], most(for: requests[index]))
                    && left.hasRoom(for: requests[index])
            }
            guard let next = open.min(by: { grants[$0] < grants[$1] }) else { return }
            grants[next] += 1
            left.processes -= 1
            left.bytes -= requests[next].knownBytes
        }
    }

    private func most(for request: Request) -> Int {
        guard memoryBytes != nil, request.workerBytes == nil else { return request.wanted }
        return min(request.wanted, max(1, request.present))
    }
}

extension ScalingBudget.Request {
    fileprivate var knownBytes: Int { max(0, workerBytes ?? 0) }
}

extension ScalingDecision {
    /// The decision with what the machine's budget granted.
    package func granted(_ count: Int) -> ScalingDecision {
        count == wanted
            ? self : bound(to: count, by: .machineBudget, [ScalingFigure(.askedWorkers, wanted)])
    }
}
