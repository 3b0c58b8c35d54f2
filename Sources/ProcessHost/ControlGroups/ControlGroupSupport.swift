/// Whether processes can have control groups of their own.
package enum ControlGroupSupport: Hashable, Sendable {
    /// In the folder `path`, with those of the controllers `cpu`, `memory`, `pids` and `io` that the system lets us have.
    case delegated(path: String, controllers: Set<String>)
    /// A sentence for operators.
    case unavailable(reason: String)
}
