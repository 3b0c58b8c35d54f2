/// How many workers a pool is to have, and why.
package struct ScalingDecision: Sendable, Hashable {
    /// The number before.
    package var current: Int
    package var wanted: Int
    /// What the number comes from: of several rules, the one that bound it.
    package var rule: ScalingRule
    /// What the rule has seen and reckoned, in the order of its telling.
    package var figures: [ScalingFigure]

    package init(current: Int, wanted: Int, rule: ScalingRule, figures: [ScalingFigure] = []) {
        self.current = current
        self.wanted = wanted
        self.rule = rule
        self.figures = figures
    }

    package subscript(_ name: ScalingFigure.Name) -> Double? { figures.first { $0.name == name }?.value }
    package var isChange: Bool { wanted != current }
    package var isUp: Bool { wanted > current }
    package var isDown: Bool { wanted < current }

    /// The same, held at another number by another rule, which adds its figures in front.
    package func bound(to wanted: Int, by rule: ScalingRule, _ figures: [ScalingFigure] = []) -> ScalingDecision {
        ScalingDecision(current: current, wanted: wanted, rule: rule, figures: figures + self.figures)
    }
}
