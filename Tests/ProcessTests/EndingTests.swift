import Testing

@testable import ProcessHost

/// The whole table of what follows an exit.
@Suite("Ending")
struct EndingTests {
    @Test(arguments: [true, false], [true, false])
    func exitIsReportedOnceAndTheTreeReleasedWhenItIsGone(outputIsComplete: Bool, isDoomed: Bool) {
        var ending = Ending<Int>(deadline: 10)
        let first = ending.advance(
            outputIsComplete: outputIsComplete, hasLeftovers: true, isDoomed: isDoomed, now: 0)
        #expect(first.contains(.reportExit) == (outputIsComplete || isDoomed))
        #expect(first.contains(.killLeftovers) == isDoomed)
        #expect(!first.contains(.release))
        let last = ending.advance(outputIsComplete: outputIsComplete, hasLeftovers: false, isDoomed: isDoomed, now: 1)
        #expect(last.contains(.reportExit) != first.contains(.reportExit))
        #expect(last.contains(.release))
    }

    @Test func deadlineEndsTheWaiting() {
        var ending = Ending<Int>(deadline: 10)
        #expect(ending.advance(outputIsComplete: false, hasLeftovers: true, isDoomed: false, now: 9) == [])
        #expect(ending.nextLook(after: 9) == 10)
        #expect(
            ending.advance(outputIsComplete: false, hasLeftovers: true, isDoomed: false, now: 10)
                == [.reportExit, .killLeftovers])
        #expect(ending.nextLook(after: 10) == nil)
        #expect(
            ending.advance(outputIsComplete: false, hasLeftovers: true, isDoomed: false, now: 11) == [.killLeftovers])
        #expect(ending.advance(outputIsComplete: false, hasLeftovers: false, isDoomed: false, now: 12) == [.release])
    }

    @Test func deathBySignalGivesNoTime() {
        var ending = Ending<Int>(deadline: nil)
        #expect(
            ending.advance(outputIsComplete: false, hasLeftovers: true, isDoomed: false, now: 0)
                == [.reportExit, .killLeftovers])
        #expect(ending.nextLook(after: 0) == nil)
    }

    @Test func withNothingLeftEverythingHappensAtOnce() {
        var ending = Ending<Int>(deadline: 10)
        #expect(
            ending.advance(outputIsComplete: false, hasLeftovers: false, isDoomed: false, now: 0)
                == [.reportExit, .release])
    }
}
