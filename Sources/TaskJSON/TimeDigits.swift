/// The digits of a time, read from left to right.
struct TimeDigits {
    let text: [UInt8]
    private var index = 0

    init(text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { index == text.count }

    mutating func take(_ oneOf: String) -> Bool {
        guard index < text.count, oneOf.utf8.contains(text[index]) else { return false }
        index += 1
        return true
    }

    mutating func number(_ count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func fraction() -> Double? {
        guard take(".") else { return 0 }
        var (fraction, unit) = (0.0, 0.1)
        guard let first = digit() else { return nil }
        fraction = Double(first) * unit
        while let next = digit() {
            unit /= 10
            fraction += Double(next) * unit
        }
        return fraction
    }

    /// `Z`, `+02:00`, or `-0730`, as `date +%z` writes it.
    mutating func offsetMinutes() -> Int? {
        if take("Zz") { return 0 }
        let isWest = index < text.count && text[index] == UInt8(ascii: "-")
        guard take("+-"), let hours = number(2) else { return nil }
        _ = take(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int? {
        guard index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
        defer { index += 1 }
        return Int(text[index] - UInt8(ascii: "0"))
    }
}
