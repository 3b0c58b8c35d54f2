import Foundation

/// A run as SVG, one panel above the other over the same time: what arrives, how many workers are wanted and there, what
/// waits. Written by hand, so that nothing is needed to make it, and any browser shows it.
package struct Picture {
    private struct Line {
        var name: String
        var colour: String
        var values: [Double]
    }

    private struct Panel {
        var title: String
        var lines: [Line]
        /// A dashed line, the target say.
        var mark: (name: String, value: Double)?
    }

    private static let width = 1000.0
    private static let panelHeight = 170.0
    private static let left = 70.0
    private static let right = 20.0
    private static let top = 60.0
    private static let gap = 50.0
    /// Points across; more would be less than a pixel apart.
    private static let columns = 600

    private let title: String
    private let seconds: Double
    private let panels: [Panel]

    package init(title: String, trace: Trace, run: SimulationRun, oracle: Oracle, target: Double) {
        self.title = title
        seconds = max(1, run.endSeconds)
        let columns = Columns(seconds: seconds, count: Self.columns)
        let moments = run.moments
        panels = [
            Panel(
                title: "arrivals, jobs per second",
                lines: [Line(name: "arrivals", colour: "#777", values: columns.rate(trace.jobs.map(\.arrivalSeconds)))]),
            Panel(
                title: "workers",
                lines: [
                    Line(
                        name: "least that a clairvoyant needs", colour: "#4a4",
                        values: columns.largest(oracle.workers.indices.map { (Double($0), oracle.workers[$0]) })),
                    Line(
                        name: "wanted", colour: "#d62",
                        values: columns.largest(moments.map { ($0.seconds, Double($0.wanted)) })),
                    Line(
                        name: "ready", colour: "#26b",
                        values: columns.largest(moments.map { ($0.seconds, Double($0.ready)) })),
                ]),
            Panel(
                title: "wait of jobs by their arrival, seconds",
                lines: [
                    Line(
                        name: "longest wait", colour: "#a2a",
                        values: columns.largest(
                            zip(trace.jobs, run.waits).map { ($0.arrivalSeconds, $1) }))
                ], mark: ("target", target)),
        ]
    }

    package var svg: String {
        let height = Self.top + Double(panels.count) * (Self.panelHeight + Self.gap)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(Self.width))" height="\(number(height))" \
            viewBox="0 0 \(number(Self.width)) \(number(height))" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>

            """
        text += label(title, x: Self.left, y: 24, size: 16)
        for (index, panel) in panels.enumerated() {
            text += draw(panel, top: Self.top + Double(index) * (Self.panelHeight + Self.gap))
        }
        return text + "</svg>\n"
    }

    private func draw(_ panel: Panel, top: Double) -> String {
        let highest = max(panel.lines.flatMap(\.values).max() ?? 0, panel.mark?.value ?? 0)
        let step = Self.tick(for: highest, about: 4)
        let most = max(step, (highest / step).rounded(.up) * step)
        let bottom = top + Self.panelHeight
        let plotWidth = Self.width - Self.left - Self.right
        var text = label(panel.title, x: Self.left, y: top - 8)
        var x = Self.left + 330
        for line in panel.lines {
            text += stroke(x, top - 12, x + 18, top - 12, line.colour, width: 2)
            text += label(line.name, x: x + 23, y: top - 8)
            x += 60 + 6.5 * Double(line.name.count)
        }
        for tick in stride(from: 0, through: most + step / 2, by: step) {
            let y = bottom - tick / most * Self.panelHeight
            text += stroke(Self.left, y, Self.width - Self.right, y, "#ddd")
            text += label(number(tick), x: Self.left - 6, y: y + 4, anchor: "end")
        }
        let minutes = Self.tick(for: seconds / 60, about: 8)
        for tick in stride(from: 0, through: seconds / 60, by: minutes) {
            let x = Self.left + tick * 60 / seconds * plotWidth
            text += stroke(x, bottom, x, bottom + 4, "#777")
            text += label("\(number(tick)) min", x: x, y: bottom + 17, anchor: "middle")
        }
        if let mark = panel.mark {
            let y = bottom - mark.value / most * Self.panelHeight
            text += stroke(Self.left, y, Self.width - Self.right, y, "#c00", dash: "6 4")
            text += label(mark.name, x: Self.width - Self.right, y: y - 4, anchor: "end")
        }
        for line in panel.lines { text += plot(line, bottom: bottom, most: most) }
        return text
    }

    private func plot(_ line: Line, bottom: Double, most: Double) -> String {
        let plotWidth = Self.width - Self.left - Self.right
        let points = line.values.indices.map { index in
            let x = Self.left + (Double(index) + 0.5) / Double(line.values.count) * plotWidth
            let y = bottom - line.values[index] / most * Self.panelHeight
            return "\(number(x)),\(number(y))"
        }
        return
            "<polyline fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"1.5\" stroke-linejoin=\"round\" points=\""
            + points.joined(separator: " ") + "\"/>\n"
    }

    private func stroke(
        _ x: Double, _ y: Double, _ toX: Double, _ toY: Double, _ colour: String, width: Double = 1, dash: String = ""
    ) -> String {
        let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
        return "<line x1=\"\(number(x))\" y1=\"\(number(y))\" x2=\"\(number(toX))\" y2=\"\(number(toY))\" "
            + "stroke=\"\(colour)\" stroke-width=\"\(number(width))\"\(dashes)/>\n"
    }

    private func label(
        _ text: String, x: Double, y: Double, size: Double = 12, anchor: String = "start"
    ) -> String {
        let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" text-anchor=\"\(anchor)\">"
            + escaped + "</text>\n"
    }

    /// A tenth of a pixel is enough.
    private func number(_ value: Double) -> String {
        let text = ReportTable.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// 1, 2 or 5 times a power of ten, so that about so many fit.
    private static func tick(for highest: Double, about count: Double) -> Double {
        guard highest > 0 else { return 1 }
        let power = pow(10, floor(log10(highest / count)))
        let factor = highest / count / power
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10)
    }
}
