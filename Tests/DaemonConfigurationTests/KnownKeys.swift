/// Every key that the reader knows, as it says itself when it meets an unknown one.
enum KnownKeys {
    private static let unknown = "qqqqqqqqqqqq"

    /// Paths with the section's dots; pools and types are called NAME.
    static func paths() throws -> [String] {
        let place = try ConfigurationPlace(
            """
            \(unknown): 1
            log: {\(unknown): 1}
            store: {\(unknown): 1}
            limits: {\(unknown): 1}
            defaults: {\(unknown): 1, backoff: {\(unknown): 1}}
            types: {NAME: {\(unknown): 1, backoff: {\(unknown): 1}}}
            recycle: {\(unknown): 1}
            pools:
              NAME:
                \(unknown): 1
                command: [x]
                processes: {\(unknown): 1}
                recycle: {\(unknown): 1}
                restart: {\(unknown): 1}
                limits: {\(unknown): 1}
            """)
        return place.problems().flatMap { problem -> [String] in
            let parts = problem.split(separator: "known keys: ")
            let path = parts[0].split(separator: ": ")[1].dropLast(unknown.count)
            return parts[1].split(separator: ", ").map { path + String($0) }
        }
    }
}
