/// What the guards let pass.
package struct GuardSettings: Sendable, Hashable {
    package var pressure: PressureLimits
    /// Memory of the machine that is not for new workers.
    package var reservedBytes: Int
    package var throughput: ThroughputWatch.Settings
    package var flaps: FlapBudget.Settings

    package init(
        pressure: PressureLimits = PressureLimits(), reservedBytes: Int = 256 << 20,
        throughput: ThroughputWatch.Settings = .init(), flaps: FlapBudget.Settings = .init()
    ) {
        self.pressure = pressure
        self.reservedBytes = reservedBytes
        self.throughput = throughput
        self.flaps = flaps
    }
}
