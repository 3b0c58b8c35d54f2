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

extension MachineScaling {
    /// What is other than it was, for people; of the pools that are there before and after.
    package func changes(from old: MachineScaling, of names: [String]) -> [String] {
        var changes = names.compactMap { name -> String? in
            if pools[name] != old.pools[name] {
                return switch (old.pools[name], pools[name]) {
                case (nil, let new?): "pool \(name) is scaled by \(new.rule.name)"
                case (_, nil): "pool \(name) is scaled no more"
                case (let old?, let new?) where old.rule.name != new.rule.name:
                    "pool \(name) is scaled by \(new.rule.name)"
                case (_, let new?): "pool \(name) is scaled by other settings of \(new.rule.name)"
                }
            }
            let (now, before) = (classes[name] ?? .default, old.classes[name] ?? .default)
            return now == before ? nil : "pool \(name) is of the class \(now)"
        }
        if budget != old.budget { changes.append("the pools share another budget") }
        return changes
    }
}
