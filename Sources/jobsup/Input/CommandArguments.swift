/// Arguments as people write them, made such that the parser takes them as they are meant.
enum CommandArguments {
    /// Options whose value may look like anything, also like an option.
    private static let anyValue: Set = ["--payload", "--key"]

    /// `--wait=30s` is `--wait` with a bound, the `-1` of `scale mail -1` a number, and that of `--payload -1` the payload.
    /// What follows `--` stays as it is.
    static func normalized(_ arguments: [String]) -> [String] {
        var normalized: [String] = []
        var rest = (arguments.first == "scale" ? withAmount(arguments) : arguments)[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return normalized + [argument] + rest }
            if argument.hasPrefix("--wait=") {
                normalized += ["--wait", "--wait-for", String(argument.dropFirst(7))]
            } else if anyValue.contains(argument), let value = rest.popFirst() {
                // An empty value is none behind `=`.
                normalized += value.isEmpty ? [argument, value] : ["\(argument)=\(value)"]
            } else {
                normalized.append(argument)
            }
        }
        return normalized
    }

    /// The number that comes after the pool loses its hyphen, with which the parser would take it for an option.
    private static func withAmount(_ arguments: [String]) -> [String] {
        var arguments = arguments
        var (hasPool, isValue) = (false, false)
        for index in arguments.indices.dropFirst() {
            let argument = arguments[index]
            if argument == "--" { break }
            if isValue {
                isValue = false
            } else if hasPool, isNegativeNumber(argument) {
                arguments[index] = ScaleAmount.minus + argument.dropFirst()
            } else {
                isValue = argument == "--socket-directory"
                hasPool = hasPool || !argument.hasPrefix("-")
            }
        }
        return arguments
    }

    private static func isNegativeNumber(_ argument: String) -> Bool {
        let digits = argument.utf8.dropFirst()
        return argument.utf8.first == UInt8(ascii: "-") && !digits.isEmpty
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
