/// The pressure (`some avg10`, percent) above which no pool grows: the machine has no more to give, and further workers
/// would only wait for it too.
package struct PressureLimits: Sendable, Hashable {
    package var cpu: Double
    package var memory: Double
    package var io: Double

    package init(cpu: Double = 80, memory: Double = 10, io: Double = 60) {
        self.cpu = cpu
        self.memory = memory
        self.io = io
    }

    /// The first that is too high.
    func exceeded(by pressure: ScalingObservation.Pressure?) -> (value: ScalingFigure, limit: ScalingFigure)? {
        guard let pressure else { return nil }
        let kinds: [(ScalingFigure.Name, Double?, Double)] = [
            (.pressureMemory, pressure.memory, memory), (.pressureCPU, pressure.cpu, cpu),
            (.pressureIO, pressure.io, io),
        ]
        for (name, value, limit) in kinds {
            if let value, value > limit { return (ScalingFigure(name, value), ScalingFigure(.limit, limit)) }
        }
        return nil
    }
}
