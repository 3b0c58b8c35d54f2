import Testing

@testable import Engine

@Suite struct MeasuringClockTests {
    @Test func aNewWorkerIsMeasuredSoonThoughOthersAreFarFromTheirLimits() {
        var clock = MeasuringClock()
        clock.begin(isWanted: true)
        clock.end(at: .seconds(10), isNearLimit: false)
        #expect(clock.next == .seconds(15))
        #expect(clock.wake(at: .seconds(11)) == true)
        #expect(clock.next == .seconds(12))
    }

    @Test func manyStartsPutNothingOff() {
        var clock = MeasuringClock()
        #expect(clock.wake(at: .seconds(10)) == true)
        #expect(clock.wake(at: .milliseconds(10_500)) == false)
        #expect(clock.next == .seconds(11))
    }

    @Test func whoStartsWhileOthersAreMeasuredIsMeasuredSoon() {
        var clock = MeasuringClock()
        clock.begin(isWanted: true)
        #expect(clock.wake(at: .seconds(10)) == false)
        clock.end(at: .seconds(11), isNearLimit: false)
        #expect(clock.next == .seconds(12))
        clock.begin(isWanted: true)
        clock.end(at: .seconds(12), isNearLimit: false)
        #expect(clock.next == .seconds(17))
    }

    @Test func nearALimitItIsQuickAndWithoutAnybodyToWatchSilent() {
        var clock = MeasuringClock()
        clock.begin(isWanted: true)
        clock.end(at: .seconds(10), isNearLimit: true)
        #expect(clock.next == .seconds(11))
        clock.begin(isWanted: false)
        #expect(clock.next == nil)
        #expect(clock.wake(at: .seconds(20)) == true)
    }
}
