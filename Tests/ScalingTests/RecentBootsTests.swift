import Scaling
import Testing

@Suite struct RecentBootsTests {
    @Test func theMedianStartCounts() {
        var boots = RecentBoots()
        #expect(boots.median == nil)
        for seconds in [9, 1, 2] { boots.add(.seconds(seconds)) }
        #expect(boots.median == .seconds(2))
        // Only the last nine.
        for _ in 0..<9 { boots.add(.seconds(4)) }
        #expect(boots.median == .seconds(4))
    }
}
