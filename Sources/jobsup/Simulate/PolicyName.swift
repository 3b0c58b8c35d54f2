import ArgumentParser
import Scaling
import Simulation

/// The policies that can be tried.
enum PolicyName: Hashable, ExpressibleByArgument {
    case targetWait
    case backlog
    case celery
    case thresholds
    case horizon
    case hpa
    case hpaOfOne
    case backlogPerInstance
    case full
    /// So many workers, whatever comes.
    case fixed(Int)

    /// All that need no number.
    static let all: [PolicyName] = [
        .targetWait, .backlog, .celery, .thresholds, .horizon, .hpa, .hpaOfOne, .backlogPerInstance, .full,
    ]

    static var defaultCompletionKind: CompletionKind { .list(all.map(\.name)) }

    static var names: String { (all.map(\.name) + ["fixed=COUNT"]).joined(separator: ", ") }

    init?(argument: String) {
        if argument.hasPrefix("fixed=") {
            guard let count = Int(argument.dropFirst("fixed=".count)), (0...10_000).contains(count) else { return nil }
            self = .fixed(count)
        } else {
            guard let found = Self.all.first(where: { $0.name == argument }) else { return nil }
            self = found
        }
    }

    /// As it is given, and its picture is called.
    var name: String {
        switch self {
        case .targetWait: "target_wait"
        case .backlog: "in_flight_backlog"
        case .celery: "celery"
        case .thresholds: "thresholds"
        case .horizon: "horizon"
        case .hpa: "hpa"
        case .hpaOfOne: "hpa_of_one"
        case .backlogPerInstance: "backlog_per_instance"
        case .full: "full"
        case .fixed(let count): "fixed=\(count)"
        }
    }

    /// `thresholds` are the pool's own, if it is scaled by such.
    func contestant(_ thresholds: ThresholdSettings?) throws -> Contestant {
        switch self {
        case .targetWait: .targetWait
        case .backlog: .backlog
        case .celery: .celery
        case .thresholds: .thresholds(try thresholds ?? ThresholdSettings())
        case .horizon: .horizon
        case .hpa: .hpa
        case .hpaOfOne: .hpaOfOne
        case .backlogPerInstance: .backlogPerInstance
        case .full: .full
        case .fixed(let count): .fixed(count)
        }
    }

    /// A number that the pool may not have would be another one.
    func check(_ range: ClosedRange<Int>) throws(Complaint) {
        guard case .fixed(let count) = self, !range.contains(count) else { return }
        throw Complaint(
            "the pool may have \(range.lowerBound) to \(range.upperBound) workers, not \(count)",
            hint: "give --min or --max as well", .wrongInput)
    }
}

/// The workloads that are made up.
struct WorkloadName: ExpressibleByArgument {
    let workload: Workload

    static var all: String { Workload.standard.map(\.name).joined(separator: ", ") }

    init?(argument: String) {
        // `heavy-tail` needs no quotes.
        let name = argument.replacing("-", with: " ")
        guard let found = Workload.standard.first(where: { $0.name == name }) else { return nil }
        workload = found
    }
}
