import Testing

@testable import jobsup

@Suite struct TableTests {
    private func text(_ table: Table, _ style: Style = .plain) -> [String] {
        table.text(style, nothing: "nothing").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func columnsAreAligned() {
        var table = Table([.left("NAME"), .right("COUNT"), .measure("SIZE"), .left("NOTE")])
        table.add(["a", "1", "12.5 MiB", "x"])
        table.add(["longer", "1 000", "981 B", ""])
        table.add(["b", "22", "-", "y"])
        #expect(
            text(table) == [
                "NAME    COUNT  SIZE      NOTE",
                "a           1  12.5 MiB  x",
                "longer  1 000   981 B",
                "b          22     -      y",
            ])
    }

    @Test func withoutRowsThereAreWords() {
        #expect(Table([.left("NAME")]).text(.plain, nothing: "no queues") == "no queues")
    }

    @Test func colourTakesNoRoom() {
        var table = Table([.left("STATE"), .left("NEXT")])
        table.add([.state("failed"), "x"])
        table.add([.state("processing"), "y"])
        let coloured = text(table, Style(isColoured: true))
        #expect(coloured[1] == "\u{1B}[31mfailed\u{1B}[0m      x")
        #expect(coloured[2] == "processing  y")
        #expect(text(table)[1] == "failed      x")
    }

    @Test func cellsMoveNoCursor() {
        var table = Table([.left("MESSAGE")])
        table.add([Table.Cell("red \u{1B}[31m\r\nand \u{7}bell\u{9B}2J")])
        #expect(text(table) == ["MESSAGE", "red  [31m  and  bell 2J"])
    }

    @Test func lettersBeyondASCIICountOnce() {
        var table = Table([.left("NAME"), .left("NEXT")])
        table.add(["é→ü", "x"])
        table.add(["abcde", "y"])
        #expect(text(table) == ["NAME   NEXT", "é→ü    x", "abcde  y"])
    }
}
