/// Where a setting comes from.
package enum Origin: Hashable, Sendable, CustomStringConvertible {
    case builtIn
    case file(path: String, line: Int, column: Int)
    case environment(String)
    case flag(String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag \(name)"
        }
    }
}
