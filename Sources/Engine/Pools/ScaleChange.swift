/// A wish to change a pool's size.
package enum ScaleChange: Sendable, Hashable {
    case to(Int)
    /// More, or with a negative number less.
    case by(Int)

    func wanted(from current: Int) -> Int {
        switch self {
        case .to(let number): number
        case .by(let number): current.addingReportingOverflow(number).partialValue
        }
    }
}
