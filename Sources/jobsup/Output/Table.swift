/// Rows in aligned columns for people.
struct Table {
    enum Alignment {
        case left
        case right
        /// A number with its unit behind a space: numbers end and units begin at the same place.
        case measure
    }

    struct Column {
        let title: String
        let alignment: Alignment

        static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
        static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
        static func measure(_ title: String) -> Column { Column(title: title, alignment: .measure) }
    }

    struct Cell: Equatable, ExpressibleByStringInterpolation {
        let text: String
        let tint: Tint?

        init(_ text: String, _ tint: Tint? = nil) {
            self.text = Shown.line(text)
            self.tint = tint
        }

        init(stringLiteral text: String) {
            self.init(text)
        }

        /// A state in its colour.
        static func state(_ name: String) -> Cell { Cell(name, Tint(state: name)) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row has one cell for each column")
        rows.append(cells)
    }

    /// The lines, or `nothing` when there is no row.
    func text(_ style: Style, nothing: String) -> String {
        guard !rows.isEmpty else { return nothing }
        var lines = Array(repeating: "", count: rows.count + 1)
        for (index, column) in columns.enumerated() {
            let isLast = index == columns.count - 1
            let titled = [Cell(column.title, .strong)] + rows.map { $0[index] }
            for (line, cell) in Self.aligned(titled, column.alignment).enumerated() {
                // The padding stays outside the colour, and none is left at the end of a line.
                let padding = isLast ? "" : cell.after + "  "
                lines[line] += cell.before + style.paint(cell.text, titled[line].tint) + padding
            }
        }
        return lines.map { $0.trimmingEnd() }.joined(separator: "\n")
    }

    /// The title, the first cell, begins where the widest of the others does.
    private static func aligned(
        _ cells: [Cell], _ alignment: Alignment
    ) -> [(before: String, text: String, after: String)] {
        let split = cells.map { cell -> (head: Int, tail: Int) in
            guard alignment == .measure, let space = cell.text.lastIndex(of: " ") else { return (cell.text.count, 0) }
            let head = cell.text.distance(from: cell.text.startIndex, to: space)
            return (head, cell.text.count - head)
        }
        let tail = split.map(\.tail).max() ?? 0
        let measured = split.dropFirst().map(\.head).max() ?? 0
        let head = max(measured, (split.first?.head ?? 0) - tail)
        return zip(cells, split).enumerated().map { index, pair in
            let (cell, part) = pair
            switch alignment {
            case .left: return ("", cell.text, spaces(head - part.head))
            case .right: return (spaces(head - part.head), cell.text, "")
            case .measure where index == 0: return ("", cell.text, spaces(head + tail - part.head))
            case .measure: return (spaces(head - part.head), cell.text, spaces(tail - part.tail))
            }
        }
    }

    private static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: count)
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
