/// A setting with its effective value and where that comes from.
package struct ConfigurationSetting: Hashable, Sendable, Encodable {
    package let key: String
    /// As it was written, or the default; empty for none.
    package let value: String
    package let origin: String
}
