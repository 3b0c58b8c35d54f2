/// The body of a wish to scale.
struct ScaleWish: Encodable, Equatable {
    var processes: Int?
    var change: Int?
    var auto: Bool?
    var min: Int?
    var max: Int?
    /// With a unit: `1800s`.
    var `for`: String?
    var dryRun: Bool?

    init(
        _ amount: ScaleAmount?, min: Int? = nil, max: Int? = nil, for duration: Duration? = nil, isDryRun: Bool = false
    ) {
        switch amount {
        case .to(let count)?: processes = count
        case .by(let change)?: self.change = change
        case .automatic?: auto = true
        case nil: break
        }
        self.min = min
        self.max = max
        self.for = duration.map { "\($0.inMilliseconds)ms" }
        dryRun = isDryRun ? true : nil
    }
}
