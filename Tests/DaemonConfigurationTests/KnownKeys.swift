/// Every key that the reader knows, as it says itself when it meets an unknown one.
enum KnownKeys {
    private static let unknown = "qqqqqqqqqqqq"

    /// The paths of ``paths()`` that have no value of their own, but keys.
    static let sections: Set<String> = [
        "log", "store", "limits", "defaults", "types", "pools", "recycle", "scaling", "scaling.up", "scaling.down",
        "scaling.cooldown", "scaling.pressure", "scaling.default", "scaling.critical", "scaling.background",
        "pools.NAME.recycle", "pools.NAME.restart", "pools.NAME.limits", "pools.NAME.scaling", "pools.NAME.scaling.up",
        "pools.NAME.scaling.down", "pools.NAME.scaling.cooldown", "pools.NAME.scaling.pressure",
        "pools.NAME.scaling.signal", "pools.NAME.scaling.signal.redis", "pools.NAME.scaling.signal.sqlite",
        "pools.NAME.scaling.signal.postgres",
    ]

    /// Paths with the section's dots; pools and types are called NAME. A key may come twice.
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
            scaling:
              \(unknown): 1
              up: {\(unknown): 1}
              down: {\(unknown): 1}
              cooldown: {\(unknown): 1}
              default: {\(unknown): 1}
              critical: {\(unknown): 1}
              background: {\(unknown): 1}
            pools:
              NAME:
                \(unknown): 1
                command: [x]
                processes: {\(unknown): 1}
                recycle: {\(unknown): 1}
                scaling:
                  \(unknown): 1
                  up: {\(unknown): 1}
                  down: {\(unknown): 1}
                  cooldown: {\(unknown): 1}
                  pressure: {\(unknown): 1}
                restart: {\(unknown): 1}
                limits: {\(unknown): 1}
              SERVICE:
                kind: service
                command: [x]
                processes: {max: 9}
                scaling:
                  signal:
                    \(unknown): 1
                    redis: {\(unknown): 1}
                    sqlite: {\(unknown): 1}
                    postgres: {\(unknown): 1}
            """)
        return place.problems().flatMap { problem -> [String] in
            let parts = problem.replacing("pools.SERVICE.", with: "pools.NAME.").split(separator: "known keys: ")
            // What is missing is complained of as well.
            guard parts.count == 2 else { return [] }
            let path = parts[0].split(separator: ": ")[1].dropLast(unknown.count)
            return parts[1].split(separator: ", ").map { path + String($0) }
        }
    }
}
