/// The least that anybody could do who knew all jobs beforehand: a bound from below, not a policy.
///
/// Work cannot be done before it arrives, and a job that has to start within the target is under way from then on at
/// the latest, at the speed of one worker. Between these two curves of cumulative work runs the taut string; its slope
/// is the number of workers in use. It boots workers beforehand and for nothing, splits them into parts, and keeps the
/// pool's least number. Since it knows the future, boot time does not concern it.
package struct Oracle: Sendable, Hashable {
    /// Workers in use in each second.
    package let workers: [Double]
    /// Worker-seconds, with the least number of the pool always there.
    package let workerSeconds: Double
    /// So many workers are needed at one moment at least, or jobs wait too long.
    package var peak: Double { workers.max() ?? 0 }

    /// `target` is in seconds that a job may wait; `least` workers are there in any case, until the trace ends.
    package init(_ trace: Trace, target: Double, least: Int) {
        let last = trace.jobs.map { $0.arrivalSeconds + target + $0.serviceSeconds }.max() ?? 0
        let points = Int(max(last, trace.seconds).rounded(.up)) + 2
        // What was done of the jobs if each began at its arrival, or at its deadline.
        let upper = Self.cumulative(trace, delay: 0, points: points)
        var lower = Self.cumulative(trace, delay: target, points: points)
        for point in lower.indices { lower[point] = min(lower[point], upper[point]) }
        lower[points - 1] = upper[points - 1]
        workers = TautString.slopes(lower: lower, upper: upper)
        let watched = Int(trace.seconds.rounded(.up))
        workerSeconds =
            workers.prefix(watched).reduce(0) { $0 + max($1, Double(least)) } + workers.dropFirst(watched).reduce(0, +)
    }

    /// Seconds of work done at each second, if every job starts `delay` seconds after its arrival.
    private static func cumulative(_ trace: Trace, delay: Double, points: Int) -> [Double] {
        // How much each second's step changes the speed, and what the second in which a job starts or ends has less.
        var speed = Array(repeating: 0.0, count: points + 1)
        var once = Array(repeating: 0.0, count: points + 1)
        for job in trace.jobs {
            let start = job.arrivalSeconds + delay
            for (time, sign) in [(start, 1.0), (start + job.serviceSeconds, -1.0)] {
                let step = min(points - 1, Int(time))
                once[step] += sign * (Double(step + 1) - time)
                speed[step + 1] += sign
            }
        }
        var sums = [0.0]
        sums.reserveCapacity(points)
        var current = 0.0
        for step in 0..<(points - 1) {
            current += speed[step]
            sums.append(sums[step] + current + once[step])
        }
        return sums
    }
}
