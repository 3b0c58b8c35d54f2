/// Jobs as they came, and how long each takes.
package struct Trace: Sendable, Hashable {
    package struct Job: Sendable, Hashable {
        /// Since the trace's beginning.
        package var arrivalSeconds: Double
        package var serviceSeconds: Double

        package init(arrivalSeconds: Double, serviceSeconds: Double) {
            self.arrivalSeconds = arrivalSeconds
            self.serviceSeconds = serviceSeconds
        }
    }

    /// In the order of their arrival.
    package let jobs: [Job]
    /// How long it was watched: the last arrival at least.
    package let seconds: Double

    /// Jobs in any order.
    package init(_ jobs: [Job], seconds: Double = 0) {
        self.jobs = jobs.sorted { $0.arrivalSeconds < $1.arrivalSeconds }
        self.seconds = max(seconds, self.jobs.last?.arrivalSeconds ?? 0)
    }

    /// Seconds of work in all jobs.
    package var work: Double { jobs.reduce(0) { $0 + $1.serviceSeconds } }
}
