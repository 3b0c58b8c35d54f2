import ArgumentParser
import JobModel

/// A priority on the command line: 1 (first) to 10 (last), or a name.
struct PriorityArgument: Equatable, ExpressibleByArgument {
    let priority: Priority

    static let names = ["critical", "high", "normal", "low", "background"]

    init?(argument: String) {
        guard let priority = Priority(argument) else { return nil }
        self.priority = priority
    }
}
