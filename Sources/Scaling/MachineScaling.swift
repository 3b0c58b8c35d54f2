/// How the pools of a machine are scaled.
package struct MachineScaling: Sendable, Hashable {
    package var budget: ScalingBudget
    /// By name; a pool that is not there keeps the number that was set.
    package var pools: [String: PoolScaling]

    package init(budget: ScalingBudget = ScalingBudget(), pools: [String: PoolScaling] = [:]) {
        self.budget = budget
        self.pools = pools
    }
}
