import Scaling
import Testing

@Suite struct MachineScalingTests {
    private static func scaled(_ seconds: Double) -> PoolScaling {
        PoolScaling(.targetWait(TargetWaitSettings(target: .seconds(seconds))))
    }

    @Test func whatIsOtherIsTold() throws {
        let old = MachineScaling(
            pools: [
                "other": PoolScaling(.thresholds(try ThresholdSettings())), "same": Self.scaled(1),
                "slower": Self.scaled(1), "left": Self.scaled(1), "gone": Self.scaled(1),
            ],
            classes: ["moved": .critical])
        var new = old
        #expect(new.changes(from: old, of: ["same", "slower", "left", "moved", "fresh"]) == [])
        new.pools["other"] = Self.scaled(1)
        new.pools["slower"] = Self.scaled(2)
        new.pools["left"] = nil
        new.pools["gone"] = nil
        new.pools["fresh"] = PoolScaling(.thresholds(try ThresholdSettings()))
        new.classes["moved"] = .background
        new.budget.processes = 5
        #expect(
            new.changes(from: old, of: ["other", "same", "slower", "left", "moved", "fresh"]) == [
                "pool other is scaled by target_wait", "pool slower is scaled by other settings of target_wait",
                "pool left is scaled no more",
                "pool moved is of the class background", "pool fresh is scaled by thresholds",
                "the pools share another budget",
            ])
    }
}
