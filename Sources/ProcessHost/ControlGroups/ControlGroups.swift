import Logging

/// The control groups that this process may give to those which it starts.
package final class ControlGroups: Sendable {
    package let support: ControlGroupSupport
    private let base: GroupFolder?
    /// Those of the kernel's files, of all that limits are written to, that the groups have.
    private let files: Set<String>

    private static let known: Set<String> = [
        "memory.high", "memory.max", "memory.oom.group", "memory.swap.max", "cpu.weight", "cpu.max", "pids.max",
        "io.weight",
    ]

    /// Takes over the group of this process, if it was delegated to it, and ends what an earlier daemon has left in there. To be called
    /// once and before anything is started, since this process moves to another group.
    package static func adopt(logger: Logger) -> ControlGroups {
        do throws(Delegation.Refusal) {
            let delegation = try Delegation(logger: logger)
            let controllers = try delegation.take()
            if let text = ProcFile.read("/proc/self/cgroup"), let path = ControlGroupPath.unified(in: text) {
                AdoptedProcesses.shared.recognizeGroups(below: String(path.dropLast(Delegation.leafName.count + 1)))
            }
            let files = known.filter { delegation.leaf.has($0) }
            return ControlGroups(
                support: .delegated(path: delegation.base.path, controllers: controllers), base: delegation.base,
                files: files)
        } catch {
            return ControlGroups(support: .unavailable(reason: error.reason), base: nil, files: [])
        }
    }

    private init(support: ControlGroupSupport, base: GroupFolder?, files: Set<String>) {
        self.support = support
        self.base = base
        self.files = files
    }

    var areAvailable: Bool { base != nil }

    /// `nil` when there are none to be had.
    func make(for request: SpawnRequest, id: UInt64) throws(SpawnError) -> ControlGroup? {
        try request.controlGroup?.check()
        guard let base else { return nil }
        let program = request.executable.split(separator: "/").last.map(String.init) ?? ""
        let name = ControlGroupLimits.safeName(request.controlGroup?.name ?? program, id: id)
        return try ControlGroup.make(in: base, name: name, limits: request.controlGroup, files: files)
    }

    func unsupportedLimits(of limits: ControlGroupLimits) -> [String] {
        limits.settings.map(\.file).filter { !files.contains($0) }
    }
}
