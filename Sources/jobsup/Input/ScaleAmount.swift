import ArgumentParser

/// How many processes somebody wants: `5`, `+2`, `-1`, or `auto` for what the daemon would decide.
enum ScaleAmount: Equatable, ExpressibleByArgument {
    case to(Int)
    case by(Int)
    case automatic

    /// The minus sign proper, U+2212. A hyphen would make an option of a negative number.
    static let minus = "\u{2212}"

    init?(argument: String) {
        if argument == "auto" {
            self = .automatic
            return
        }
        let sign = argument.first
        guard let sign, sign == "+" || sign == "-" || String(sign) == Self.minus else {
            guard let count = Self.digits(argument[...]) else { return nil }
            self = .to(count)
            return
        }
        guard let change = Self.digits(argument.dropFirst()) else { return nil }
        self = .by(sign == "+" ? change : -change)
    }

    private static func digits(_ text: Substring) -> Int? {
        text.allSatisfy(\.isWholeNumber) ? Int(text) : nil
    }
}
