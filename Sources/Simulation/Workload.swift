/// A kind of work, of which each seed gives one trace, and the pool that has to do it.
package struct Workload: Sendable {
    package var name: String
    /// For the table's reader.
    package var summary: String
    package var settings: SimulationSettings
    private let make: @Sendable (inout SeededGenerator) -> Trace

    package init(
        name: String, summary: String, settings: SimulationSettings,
        make: @escaping @Sendable (inout SeededGenerator) -> Trace
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.make = make
    }

    package func trace(seed: UInt64) -> Trace {
        // One seed must not give the same numbers to two workloads.
        var random = SeededGenerator(seed: name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
        return make(&random)
    }

    package func settings(seed: UInt64) -> SimulationSettings {
        var settings = settings
        settings.seed = seed &+ 0xb007
        return settings
    }
}
