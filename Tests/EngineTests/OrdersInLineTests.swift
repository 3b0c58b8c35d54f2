import Scaling
import Testing

@testable import Engine

@Suite struct OrdersInLineTests {
    private let five = ManualScale(who: "anna", setting: .count(5))
    private let limits = ManualScale(who: "anna", setting: .range(minimum: 1, maximum: 3))

    @Test func theLastOrderSaysWhatTheNextCountsFrom() {
        var orders = OrdersInLine()
        #expect(!orders.contains("mail") && orders.count(of: "mail") == nil)
        orders.append(five, of: "mail")
        orders.append(ManualScale(who: "otto", setting: .count(6)), of: "mail")
        #expect(orders.count(of: "mail") == 6 && orders.count(of: "other") == nil)
        orders.removeFirst(of: "mail")
        #expect(orders.contains("mail") && orders.count(of: "mail") == 6)
        orders.removeFirst(of: "mail")
        #expect(!orders.contains("mail") && orders.count(of: "mail") == nil)
    }

    @Test func whatIsLeftToThePolicyIsNoNumber() {
        for manual in [nil, limits] {
            var orders = OrdersInLine()
            orders.append(five, of: "mail")
            orders.append(manual, of: "mail")
            #expect(orders.contains("mail") && orders.count(of: "mail") == nil)
        }
    }
}
