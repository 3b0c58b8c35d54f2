/// Reads a message of the `sd_notify` protocol: lines of `NAME=VALUE`.
///
/// Whatever is unknown or malformed is ignored line by line, as systemd does; of a name that comes twice the first counts.
enum NotifyParser {
    /// A longer message is not read at all.
    static let limitBytes = 4096
    private static let highestErrno: UInt64 = 4095

    static func parse(_ bytes: some RandomAccessCollection<UInt8>) -> NotifyMessage? {
        guard bytes.count <= limitBytes else { return nil }
        var message = NotifyMessage()
        var seen: Set<String> = []
        // C programs may send the end of their string as well.
        let text = bytes.last == 0 ? bytes.dropLast() : bytes[...]
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            guard seen.insert(name).inserted else { continue }
            read(name, line[line.index(after: equals)...], into: &message)
        }
        return message
    }

    private static func read(_ name: String, _ value: some Collection<UInt8>, into message: inout NotifyMessage) {
        let isOne = value.elementsEqual([UInt8(ascii: "1")])
        switch name {
        case "READY": message.ready = isOne
        case "STOPPING": message.stopping = isOne
        case "RELOADING": message.reloading = isOne
        case "BARRIER": message.barrier = isOne
        case "WATCHDOG":
            message.watchdog = isOne
            message.watchdogTrigger = value.elementsEqual("trigger".utf8)
        case "WATCHDOG_USEC": message.watchdogInterval = duration(value)
        case "EXTEND_TIMEOUT_USEC": message.extendTimeout = duration(value)
        case "STATUS": message.status = text(value)
        case "MAINPID": message.mainProcessID = number(value, in: 1...UInt64(Int32.max)).map { Int32($0) }
        case "ERRNO": message.errno = number(value, in: 0...highestErrno).map { Int32($0) }
        default: break
        }
    }

    private static func duration(_ value: some Collection<UInt8>) -> Duration? {
        number(value, in: 0...UInt64(Int64.max)).map { .microseconds(Int64($0)) }
    }

    private static func number(_ value: some Collection<UInt8>, in range: ClosedRange<UInt64>) -> UInt64? {
        guard !value.isEmpty else { return nil }
        var result: UInt64 = 0
        for byte in value {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tens, isTooLarge) = result.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !isTooLarge, !overflows else { return nil }
            result = sum
        }
        return range.contains(result) ? result : nil
    }

    /// Shown on terminals: no control characters.
    private static func text(_ value: some Collection<UInt8>) -> String {
        String(String.UnicodeScalarView(String(decoding: value, as: UTF8.self).unicodeScalars.map(visible)))
    }

    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.properties.generalCategory == .control ? " " : scalar
    }
}
