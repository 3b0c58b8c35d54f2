/// Columns of text, the first to the left and the others to the right; or Markdown.
package struct ReportTable: Sendable {
    private let rows: [[String]]

    package init(header: [String], rows: [[String]]) {
        self.rows = [header] + rows
    }

    package init(_ reports: [SimulationReport]) {
        let header = [
            "workload", "policy", "p50 s", "p95 s", "p99 s", "missed %", "unavoid. %", "× oracle", "θU %", "θO %",
            "τU %", "τO %", "υ %", "reversals", "changes", "busy victims",
        ]
        self.init(header: header, rows: reports.map(Self.row))
    }

    package var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                // Workload and policy are words.
                return column < 2 ? row[column] + blanks : blanks + row[column]
            }.joined(separator: "  ") + "\n"
        }.joined()
    }

    package var markdown: String {
        var lines = rows.map { "| " + $0.joined(separator: " | ") + " |\n" }
        lines.insert("|" + String(repeating: "---|", count: rows.first?.count ?? 0) + "\n", at: min(1, lines.count))
        return lines.joined()
    }

    private static func row(_ report: SimulationReport) -> [String] {
        let percents = [
            report.underProvisioning, report.overProvisioning, report.underTime, report.overTime, report.instability,
        ]
        return [report.workload, report.policy]
            + [report.waitP50, report.waitP95, report.waitP99].map { fixed($0, 1) }
            + [fixed(report.missShare * 100, 2), fixed(report.unavoidableShare * 100, 2), fixed(report.cost, 2)]
            + percents.map { fixed($0 * 100, 0) }
            + [fixed(report.reversals, 1), fixed(report.changes, 0), fixed(report.busyVictims, 1)]
    }

    /// With so many decimals.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
        let factor = (0..<decimals).reduce(1) { power, _ in power * 10 }
        let number = Int((value.magnitude * Double(factor)).rounded())
        let sign = value < 0 && number > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(number)" }
        let rest = "\(number % factor)"
        return "\(sign)\(number / factor)." + String(repeating: "0", count: decimals - rest.count) + rest
    }
}
