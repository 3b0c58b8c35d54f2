/// How closely supply follows demand, in the measures of SPEC-RG-2016-01.
struct Elasticity {
    var under = 0.0
    var over = 0.0
    var underTime = 0.0
    var overTime = 0.0
    var instability = 0.0

    init(_ run: SimulationRun, _ oracle: Oracle, least: Int) {
        let count = run.moments.count
        guard count > 1 else { return }
        var before: (demand: Int, supply: Int)?
        for moment in run.moments {
            let second = Int(moment.seconds)
            let used = second < oracle.workers.count ? oracle.workers[second] : 0
            // The string's slopes are sums of many numbers: what is a billionth above a whole one is that one.
            let demand = max(max(1, least), Int((used - 1e-9).rounded(.up)))
            let supply = moment.ready
            under += Double(max(0, demand - supply)) / Double(demand)
            over += Double(max(0, supply - demand)) / Double(demand)
            underTime += supply < demand ? 1 : 0
            overTime += supply > demand ? 1 : 0
            if let before, (demand - before.demand).signum() != (supply - before.supply).signum() { instability += 1 }
            before = (demand, supply)
        }
        under /= Double(count)
        over /= Double(count)
        underTime /= Double(count)
        overTime /= Double(count)
        instability /= Double(count - 1)
    }
}
