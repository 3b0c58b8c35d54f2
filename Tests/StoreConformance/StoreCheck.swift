import Testing

/// One thing that every store has to do; run as an argument of a parameterised test.
package struct StoreCheck: Sendable, CustomTestStringConvertible {
    package let name: String
    private let body: @Sendable (any StorePlace) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any StorePlace) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// A check on one open store, which is closed behind it.
    static func on(
        _ name: String, _ body: @escaping @Sendable (Workbench) async throws -> Void
    ) -> StoreCheck {
        StoreCheck(name) { place in
            let bench = try Workbench(place)
            defer { bench.close() }
            try await body(bench)
        }
    }

    package func run(in place: any StorePlace) async throws {
        try await body(place)
    }

    package var testDescription: String { name }

    package static let all: [StoreCheck] = [
        enqueueChecks, claimChecks, settleChecks, largeBatchChecks, releaseChecks, cancelChecks, dueChecks, readChecks,
        pruneChecks, closeChecks, reopenChecks, requestIDChecks, concurrencyChecks, propertyChecks, poolChecks,
        poolReopenChecks,
    ].flatMap { $0 }
}
