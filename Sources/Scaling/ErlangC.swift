import Foundation

/// The share of jobs that wait at all, and that wait for long, in a queue with Poisson arrivals, exponential service
/// times and several servers (M/M/N). A. K. Erlang, 1917; the recursion for the loss formula B as in any textbook:
/// `B(0) = 1, B(k) = a·B(k−1) / (k + a·B(k−1))`, and `C = N·B / (N − a·(1 − B))`.
package enum ErlangC {
    /// - Parameters:
    ///   - servers: How many there are.
    ///   - load: Offered load in erlangs: arrivals per second × seconds of service.
    /// - Returns: The probability that a job waits: 1 when the load is not less than the servers.
    package static func waitProbability(servers: Int, load: Double) -> Double {
        guard load > 0 else { return 0 }
        guard Double(servers) > load else { return 1 }
        var loss = 1.0
        for server in 1...servers { loss = load * loss / (Double(server) + load * loss) }
        return waitProbability(servers: servers, load: load, loss: loss)
    }

    /// The fewest servers with which the share of jobs that wait longer than `wait` is at most `share`:
    /// `C(N, a)·e^(−(N − a)·wait/service) ≤ share`.
    ///
    /// - Parameters:
    ///   - load: Offered load in erlangs.
    ///   - wait: Seconds.
    ///   - service: Mean service time in seconds.
    ///   - share: 0 to 1; with 1 it is enough that the queue does not grow without end.
    ///   - limit: No more are considered.
    /// - Returns: The number, which is the limit when none is enough; 0 without any load.
    package static func servers(load: Double, wait: Double, service: Double, share: Double, limit: Int) -> Int {
        guard load > 0, service > 0, limit > 0 else { return 0 }
        var loss = 1.0
        for servers in 1...limit {
            loss = load * loss / (Double(servers) + load * loss)
            guard Double(servers) > load else { continue }
            let waits = waitProbability(servers: servers, load: load, loss: loss)
            if waits * exp(-(Double(servers) - load) * wait / service) <= share { return servers }
        }
        return limit
    }

    private static func waitProbability(servers: Int, load: Double, loss: Double) -> Double {
        Double(servers) * loss / (Double(servers) - load * (1 - loss))
    }
}
