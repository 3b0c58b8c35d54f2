/// Shows the effective configuration: every setting with where its value comes from.
package struct ConfigurationReport {
    private let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// One line for each setting, aligned.
    package var text: String {
        let settings = configuration.settings
        let keyWidth = settings.map(\.key.count).max() ?? 0
        let valueWidth = min(48, settings.map(\.value.count).max() ?? 0)
        return settings.map { setting in
            let key = setting.key.padded(to: keyWidth)
            let value = setting.value.isEmpty ? "-" : setting.value.onOneLine
            return "\(key)  \(value.padded(to: valueWidth))  # \(setting.origin)"
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// A value of several lines must not look like further settings.
    fileprivate var onOneLine: String {
        String(UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
