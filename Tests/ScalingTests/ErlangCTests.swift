import Foundation
import Scaling
import Testing

@Suite struct ErlangCTests {
    /// With one server it is the load (M/M/1); the others are from the formula summed by hand: for two servers
    /// `a²/(2 + a)`, and 0.2360… for four servers with a load of 2.5 erlangs lies on no recursion but on the sum.
    @Test(arguments: [
        (1, 0.5, 0.5), (2, 1.0, 1.0 / 3), (2, 1.5, 2.25 / 3.5), (4, 2.5, 0.319_909_4), (10, 8.0, 0.409_180_1),
    ])
    func knownValues(servers: Int, load: Double, expected: Double) {
        let waits = ErlangC.waitProbability(servers: servers, load: load)
        #expect(abs(waits - summed(servers, load)) < 1e-9)
        #expect(abs(waits - expected) < 1e-3)
    }

    @Test func everybodyWaitsWhenTheLoadIsNotLess() {
        #expect(ErlangC.waitProbability(servers: 3, load: 3) == 1)
        #expect(ErlangC.waitProbability(servers: 3, load: 0) == 0)
    }

    @Test(arguments: [(0.5, 10.0), (6, 8), (6, 0.1), (30, 2)])
    func fewestServersKeepTheShare(load: Double, wait: Double) {
        let servers = ErlangC.servers(load: load, wait: wait, service: 1.5, share: 0.01, limit: 100)
        #expect(Double(servers) > load)
        #expect(share(servers, load, wait) <= 0.01)
        #expect(Double(servers - 1) <= load || share(servers - 1, load, wait) > 0.01)
    }

    private func share(_ servers: Int, _ load: Double, _ wait: Double) -> Double {
        summed(servers, load) * pow(2.718281828459045, -(Double(servers) - load) * wait / 1.5)
    }

    /// The textbook's form: `(a^N/N!)·N/(N−a) ÷ (Σ a^k/k! + (a^N/N!)·N/(N−a))`.
    private func summed(_ servers: Int, _ load: Double) -> Double {
        var term = 1.0
        var sum = 0.0
        for server in 0..<servers {
            sum += term
            term *= load / Double(server + 1)
        }
        let last = term * Double(servers) / (Double(servers) - load)
        return last / (sum + last)
    }
}
