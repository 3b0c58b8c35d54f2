import ProcessHost
import Server

extension WorkerLimitFacts {
    init(_ support: ControlGroupSupport) {
        switch support {
        case .delegated(let path, let controllers):
            let missing = Set(["cpu", "io", "memory", "pids"]).subtracting(controllers).sorted()
            let without = missing.isEmpty ? "" : ", without the controllers \(missing.joined(separator: ", "))"
            self.init(kind: "control_groups", message: "a control group for each, below \(path)\(without)")
        case .unavailable(let reason):
            self.init(kind: "processes", message: "each process by itself and its measured memory: \(reason)")
        }
    }
}
