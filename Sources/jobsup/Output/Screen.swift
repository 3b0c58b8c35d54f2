/// A terminal whose contents are written over again and again. `nil` for anything else.
struct Screen {
    private let descriptor: CInt

    init?(_ descriptor: CInt) {
        guard Console.isTerminal(descriptor) else { return nil }
        self.descriptor = descriptor
    }

    /// Shows as much of the text as there is room for; `false` when nobody reads any more.
    @discardableResult
    func show(_ text: String) throws(Complaint) -> Bool {
        let rows = Console.size(descriptor)?.rows ?? 24
        return try Console.print(Self.frame(text, rows: rows))
    }

    /// Writes line over line and clears only what is left of the old ones, so that nothing flickers.
    static func frame(_ text: String, rows: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(1, rows - 1))
        return "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
    }
}
