import JobModel
import ProcessHost

/// Finds the job that wrote a line of a worker's output.
///
/// Lines come by a pipe and settlements by a socket, in no order with each other: a job may have been settled before its last
/// lines come. So the last ones are remembered for a while.
struct OutputJobs {
    private static let remembered = 32

    private var recent: [InFlightJob] = []
    private var oldest = 0
    /// Whose mark the first piece of a cut line had, for each stream.
    private var cut: [OutputLine.Stream: InFlightJob?] = [:]

    mutating func settled(_ job: InFlightJob) {
        if recent.count < Self.remembered {
            recent.append(job)
        } else {
            recent[oldest] = job
            oldest = (oldest + 1) % Self.remembered
        }
    }

    /// The text without its mark, and the job: the marked one if the worker has or had it, else the only one that runs.
    mutating func read(_ line: OutputLine, inHand: InFlightJobs) -> (job: InFlightJob?, text: String) {
        let isContinued = cut[line.stream] != nil
        let (id, text) = isContinued ? (nil, line.text) : OutputTag.read(line.text)
        var job = cut[line.stream] ?? nil
        if !isContinued {
            job = id.map { find($0, inHand) } ?? (inHand.count == 1 ? inHand.running.first : nil)
        }
        cut[line.stream] = line.isCut ? .some(job) : nil
        return (job, text)
    }

    private func find(_ id: JobID, _ inHand: InFlightJobs) -> InFlightJob? {
        inHand.running.first { $0.lease.job == id } ?? recent.last { $0.lease.job == id }
    }
}
