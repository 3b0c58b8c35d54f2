/// What a person asks of a pool: `5`, `+2`, `-1` or `auto`.
package enum ScaleRequest: Sendable, Hashable {
    case to(Int)
    case by(Int)
    case automatic

    package struct Unreadable: Error, Hashable, CustomStringConvertible {
        package var text: String

        package var description: String { "'\(text)' is no number of workers: give 5, +2, -1 or auto" }
    }

    package init(_ text: String) throws(Unreadable) {
        let digits = text.drop { $0 == "+" || $0 == "-" }
        let signs = text.count - digits.count
        if text == "auto" {
            self = .automatic
        } else if signs <= 1, !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(text), number.magnitude <= 1_000_000
        {
            self = signs == 0 ? .to(number) : .by(number)
        } else {
            throw Unreadable(text: text)
        }
    }

    /// The number that it comes to; `nil` for `auto`.
    package func count(from current: Int) -> Int? {
        switch self {
        case .to(let count): count
        case .by(let change): max(0, current + change)
        case .automatic: nil
        }
    }
}
