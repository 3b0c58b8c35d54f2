/// Where the kernel shows a control group of the unified hierarchy (version 2).
enum ControlGroupPath {
    /// The path within the hierarchy, from the text of `/proc/PID/cgroup`; `nil` when the group was removed.
    static func unified(in text: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix("0::/") {
            return line.hasSuffix(" (deleted)") ? nil : String(line.dropFirst(3))
        }
        return nil
    }

    /// The folder of that path, from the text of `/proc/self/mountinfo`. On systems with both versions the unified hierarchy is
    /// mounted somewhere below the others; in a container only a part of it may be.
    static func folder(of path: String, mounts: String) -> String? {
        for line in mounts.split(separator: "\n") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2, halves[1].hasPrefix("cgroup2 ") else { continue }
            let fields = halves[0].split(separator: " ")
            guard fields.count >= 5 else { continue }
            let root = unescaped(fields[3])
            let mountPoint = unescaped(fields[4])
            guard let rest = relative(path, to: root) else { continue }
            return rest.isEmpty ? mountPoint : "\(mountPoint)/\(rest)"
        }
        return nil
    }

    private static func relative(_ path: String, to root: String) -> String? {
        if root == "/" { return String(path.dropFirst()) }
        if path == root { return "" }
        return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : nil
    }

    /// The kernel writes spaces and the like as `\040`.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
