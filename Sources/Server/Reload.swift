import JobModel

/// Reads the configuration again and brings the daemon to it.
package struct Reload: Sendable {
    /// Gives the changes in words; a wrong configuration is a ``Refusal``, and nothing has changed then.
    package let run: @Sendable () async throws -> [String]

    package init(_ run: @escaping @Sendable () async throws -> [String]) {
        self.run = run
    }
}

struct ReloadDocument: Encodable {
    let changes: [String]
}
