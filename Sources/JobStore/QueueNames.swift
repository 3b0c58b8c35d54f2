/// Numbers for the names of queues, so that nothing has to hash a name for every job.
package struct QueueNames: Sendable {
    package private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    package init() {}

    package var count: Int { names.count }

    package subscript(number: Int) -> String { names[number] }

    /// The number of a queue that has held a job; `nil` for any other.
    package func number(of name: String) -> Int? { numbers[name] }

    /// The number of a queue, a new one at its first job.
    package mutating func intern(_ name: String) -> Int {
        if let known = numbers[name] { return known }
        names.append(name)
        numbers[name] = names.count - 1
        return names.count - 1
    }
}
