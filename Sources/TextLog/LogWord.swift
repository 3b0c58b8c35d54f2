/// How texts are made fit for a line of the log, and read again.
///
/// They come from workers and their users: none may begin a line of its own, or steer a terminal.
package enum LogWord {
    /// A value as one word, quoted when it would not be one.
    package static func word(_ text: String) -> String {
        let plain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar != " " && scalar != "\"" && scalar != "=" && scalar != "\\" && !isControl(scalar)
            }
        if plain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                quoted.append("\\")
                quoted.unicodeScalars.append(scalar)
            default: append(scalar, to: &quoted)
            }
        }
        return quoted + "\""
    }

    /// The value that became this word.
    package static func value(of word: String) -> String {
        guard word.utf8.count >= 2, word.utf8.first == UInt8(ascii: "\""), word.utf8.last == UInt8(ascii: "\"") else {
            return word
        }
        var value = ""
        var rest = word.unicodeScalars.dropFirst().dropLast()
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let code = rest.popFirst() else {
                value.unicodeScalars.append(scalar)
                continue
            }
            switch code {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "u":
                let digits = rest.prefix { $0 != "}" }
                rest = rest.dropFirst(digits.count + 1)
                let number = UInt32(String(String.UnicodeScalarView(digits.dropFirst())), radix: 16)
                value.unicodeScalars.append(number.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
            default: value.unicodeScalars.append(code)
            }
        }
        return value
    }

    /// A message keeps its line breaks (each line after the first is indented) and loses everything
    /// else that steers a terminal; the journal would show an entry with such a byte as a blob.
    package static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\n    "
            case "\t": result += "\t"
            default: append(scalar, to: &result)
            }
        }
        return result
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        // A worker that writes a gigabyte of them is no reason to be slow.
        case "\0": text += "\\u{0}"
        case _ where isControl(scalar): text += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: text.unicodeScalars.append(scalar)
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        // The table of categories is slow, and nearly all of a log is ASCII.
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
