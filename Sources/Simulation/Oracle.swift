/// The least that anybody could do who knew all jobs beforehand: a bound from below, not a policy.
///
/// Work cannot be done before it arrives, and a job that has to start within the target is under way from then on at
/// the latest, at the speed of one worker. Between these two curves of cumulative work runs the taut string; its slope
/// is the number of workers in use. It boots workers beforehand and for nothing, splits them into parts, and keeps the
/// pool's least number. Since it knows the future, boot time does not concern it. Nobody who keeps the target is cheaper.
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
        let (lower, upper) = Self.curves(trace, target: target, step: 1, points: points)
        workers = TautString.slopes(lower: lower, upper: upper)
        workerSeconds = Self.workerSeconds(trace, target: target, least: Double(least))
    }

    /// While the trace is watched, work that the least number of workers does costs nothing more; beyond its end, each
    /// second of work costs one. So as much as can be is done by then: of all strings to the end of the trace the one
    /// to its highest point is the steepest everywhere, and leaves the least number idle for the shortest time.
    private static func workerSeconds(_ trace: Trace, target: Double, least: Double) -> Double {
        let steps = trace.seconds.rounded(.up)
        // Its end is a point of the curves.
        let step = steps > 0 ? trace.seconds / steps : 1
        let (lower, upper) = curves(trace, target: target, step: step, points: Int(steps) + 1)
        let watched = TautString.slopes(lower: lower, upper: upper).reduce(0) { $0 + max($1, least) }
        return step * watched + max(0, trace.work - step * upper[upper.count - 1])
    }

    /// What was done of the jobs if each began at its deadline, or at its arrival: workers times steps, at each step; at
    /// the last one all is done that can be.
    private static func curves(
        _ trace: Trace, target: Double, step: Double, points: Int
    ) -> (lower: [Double], upper: [Double]) {
        let upper = cumulative(trace, delay: 0, step: step, points: points)
        var lower = cumulative(trace, delay: target, step: step, points: points)
        for point in lower.indices { lower[point] = min(lower[point], upper[point]) }
        lower[points - 1] = upper[points - 1]
        return (lower, upper)
    }

    /// Work done at each step, in workers times steps, if every job starts `delay` seconds after its arrival.
    private static func cumulative(_ trace: Trace, delay: Double, step: Double, points: Int) -> [Double] {
        // How much each step changes the speed, and what the step in which a job starts or ends has less.
        var speed = Array(repeating: 0.0, count: points + 1)
        var once = Array(repeating: 0.0, count: points + 1)
        for job in trace.jobs {
            let start = job.arrivalSeconds + delay
            for (time, sign) in [(start / step, 1.0), ((start + job.serviceSeconds) / step, -1.0)] {
                // What comes after the last point is not seen.
                guard time < Double(points) else { continue }
                let place = Int(time)
                once[place] += sign * (Double(place + 1) - time)
                speed[place + 1] += sign
            }
        }
        var sums = [0.0]
        sums.reserveCapacity(points)
        var current = 0.0
        for place in 0..<(points - 1) {
            current += speed[place]
            sums.append(sums[place] + current + once[place])
        }
        return sums
    }
}
