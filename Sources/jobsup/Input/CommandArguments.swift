/// Arguments as people write them, made such that the parser takes them as they are meant.
enum CommandArguments {
    /// `-1` is a number, not an option, and `--wait=30s` is `--wait` with a bound. What follows `--` stays as it is.
    static func normalized(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { argument in
            if argument.hasPrefix("--wait=") { return ["--wait", "--wait-for", String(argument.dropFirst(7))] }
            return isNegativeNumber(argument) ? [ScaleAmount.minus + argument.dropFirst()] : [argument]
        } + arguments[end...]
    }

    private static func isNegativeNumber(_ argument: String) -> Bool {
        let digits = argument.utf8.dropFirst()
        return argument.utf8.first == UInt8(ascii: "-") && !digits.isEmpty
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
