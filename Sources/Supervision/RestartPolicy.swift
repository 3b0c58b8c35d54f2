/// How many deaths a pool may see before it is taken for broken.
package struct RestartPolicy: Sendable, Hashable {
    /// So many within so long.
    package struct Rate: Sendable, Hashable {
        package let deaths: Int
        package let interval: Duration

        package init(_ deaths: Int, per interval: Duration) {
            self.deaths = deaths
            self.interval = interval
        }
    }

    /// `nil` for one that fits the pool's size.
    package var burst: Rate?
    package var sustained: Rate?

    package init(burst: Rate? = nil, sustained: Rate? = nil) {
        self.burst = burst
        self.sustained = sustained
    }

    /// With the rates that are not given: two deaths of every worker within a minute, six within ten minutes.
    func rates(wanted: Int) -> [Rate] {
        [
            burst ?? Rate(max(10, 2 * wanted), per: .seconds(60)),
            sustained ?? Rate(max(30, 6 * wanted), per: .seconds(600)),
        ]
    }
}
