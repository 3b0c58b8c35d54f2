import DaemonConfiguration

/// Where the configuration comes from; the same at the start and at each reload.
struct ConfigurationSource: Sendable {
    let path: String
    let environment: [String: String]
    let flags: [(flag: String, path: [String], value: String)]

    func load() throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader(environment: environment, flags: flags).load(path)
    }
}
