/// How the pools of a machine are scaled.
package struct MachineScaling: Sendable, Hashable {
    package var budget: ScalingBudget
    /// By name; a pool that is not there keeps the number that was set.
    package var pools: [String: PoolScaling]

    /// Who is served first of the budget, by the pool's name, also of pools that are not scaled.
    package var classes: [String: ScalingBudget.PoolClass]

    package init(
        budget: ScalingBudget = ScalingBudget(), pools: [String: PoolScaling] = [:],
        classes: [String: ScalingBudget.PoolClass] = [:]
    ) {
        self.budget = budget
        self.pools = pools
        self.classes = classes
    }
}
