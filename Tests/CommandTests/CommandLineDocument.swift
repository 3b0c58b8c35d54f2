import Foundation

/// `CommandLine.md`, by its sections.
struct CommandLineDocument {
    let text: String
    private let sections: [Substring: Substring]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let url = root.appending(path: "Sources/Documentation.docc/CommandLine.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        self.text = text
        sections = Dictionary(
            uniqueKeysWithValues: ("\n" + text).split(separator: "\n## ").dropFirst().map { section in
                let title = section.prefix { $0 != "\n" }
                return (title, section.dropFirst(title.count))
            })
    }

    func section(_ title: String) -> Substring? { sections[title[...]] }

    /// The arguments of each `$ jobsup …` that is shown, as a shell gives them.
    var examples: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("$ jobsup ") }.map { line in
            // What stands between single quotes, every second part, is one word with the rest around it.
            var words = [""]
            for (index, part) in line.dropFirst("$ jobsup ".count).split(separator: "'").enumerated() {
                if index % 2 == 1 {
                    words[words.count - 1] += part
                } else {
                    let pieces = part.split(separator: " ", omittingEmptySubsequences: false)
                    words[words.count - 1] += pieces.first ?? ""
                    words += pieces.dropFirst().map(String.init)
                }
            }
            return words.filter { !$0.isEmpty }
        }
    }
}
