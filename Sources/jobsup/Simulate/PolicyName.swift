import ArgumentParser
import Scaling
import Simulation

/// The policies that can be tried.
enum PolicyName: String, CaseIterable, ExpressibleByArgument {
    case targetWait = "target_wait"
    case thresholds
    case celery
    case horizon
    case hpa
    case backlogPerInstance = "backlog_per_instance"
    case full

    static var all: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// `thresholds` are the pool's own, if it is scaled by such.
    func contestant(_ thresholds: ThresholdSettings?) throws -> Contestant {
        switch self {
        case .targetWait: .targetWait
        case .thresholds: .thresholds(try thresholds ?? ThresholdSettings())
        case .celery: .celery
        case .horizon: .horizon
        case .hpa: .hpa
        case .backlogPerInstance: .backlogPerInstance
        case .full: .full
        }
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
