import Scaling

/// A number of the policy, and the values that are tried for it. Where the chosen one is the first or the last of them,
/// there is none beyond.
struct TunedParameter: Sendable {
    let name: String
    let values: [Double]
    let value: @Sendable (TargetWaitSettings) -> Double
    private let set: @Sendable (inout TargetWaitSettings, Double) -> Void

    func setting(_ settings: TargetWaitSettings, to value: Double) -> TargetWaitSettings {
        var settings = settings
        set(&settings, value)
        return settings
    }

    /// Those of the stabilisation window.
    static let window: [TunedParameter] = [
        TunedParameter("window s", [5, 10, 15, 20, 30], \.stabilisation),
        TunedParameter("widening", [1.5, 2, 3, 4], \.widening),
        TunedParameter("half-life s", [150, 300, 600, 1200], \.wideningHalfLife),
    ]

    static let all: [TunedParameter] =
        [
            // With all of the target nothing would be left for what a simulator does not know.
            TunedParameter("margin", [0.7, 0.8, 0.85, 0.9, 0.95], \.margin),
            TunedParameter("keep", [0.03, 0.05, 0.1, 0.2, 0.4], \.relaxedShare),
            TunedParameter("grow", [0.5, 0.7, 0.8, 0.9, 0.95, 1], \.growthShare),
            TunedParameter("deviations", [0, 0.5, 1, 1.5, 2], \.drainDeviations),
            TunedParameter("surprise", [2, 2.5, 3, 3.5, 4], \.surprise),
            TunedParameter("short horizon s", [6, 9, 12, 18, 24], \.shortHorizon),
            TunedParameter("long horizon s", [45, 60, 90, 120, 180], \.longHorizon),
            TunedParameter("longest horizon s", [300, 600, 900, 1800], \.longestHorizon),
            TunedParameter("widest", [4, 8, 16], \.widest),
        ] + window

    /// All combinations of the window's values.
    static func grid(_ settings: TargetWaitSettings) -> [TargetWaitSettings] {
        window.reduce([settings]) { made, parameter in
            made.flatMap { settings in parameter.values.map { parameter.setting(settings, to: $0) } }
        }
    }

    static func names(_ parameters: [TunedParameter], _ settings: TargetWaitSettings) -> String {
        parameters.map { "\($0.name) \($0.value(settings))" }.joined(separator: ", ")
    }

    private init(
        _ name: String, _ values: [Double],
        _ path: any WritableKeyPath<TargetWaitSettings, Double> & Sendable
    ) {
        self.name = name
        self.values = values
        value = { $0[keyPath: path] }
        set = { $0[keyPath: path] = $1 }
    }

    /// A time, in seconds.
    private init(
        _ name: String, _ values: [Double],
        _ path: any WritableKeyPath<TargetWaitSettings, Duration> & Sendable
    ) {
        self.name = name
        self.values = values
        value = { $0[keyPath: path].inSeconds }
        set = { $0[keyPath: path] = .seconds($1) }
    }
}
