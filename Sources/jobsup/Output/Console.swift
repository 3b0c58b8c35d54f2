import Foundation

/// The terminal, or what stands in its place.
enum Console {
    static func print(_ text: String) {
        write(Data((text + "\n").utf8), to: .standardOutput)
    }

    static func print(_ bytes: Data) {
        write(bytes + Data("\n".utf8), to: .standardOutput)
    }

    static func error(_ text: String) {
        write(Data(text.utf8), to: .standardError)
    }

    /// How results are styled on standard output.
    static var style: Style {
        Style(isTerminal: isTerminal(STDOUT_FILENO), environment: ProcessInfo.processInfo.environment)
    }

    static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Columns and rows of the terminal behind a descriptor.
    static func size(_ descriptor: CInt) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    private static func write(_ bytes: Data, to file: FileHandle) {
        // Nobody reads any more (`jobsup job list | head`): nothing to tell anybody.
        try? file.write(contentsOf: bytes)
    }
}
