import JobModel
import JobsupClient

/// Jobs of a stream that are sent in one request, and the lines they stand on.
struct StreamBatch: Sendable {
    private(set) var jobs: [ClientJob] = []
    private(set) var lines: [Int] = []
    private(set) var bytes = 0
    /// How much of the stream is behind it and within it.
    private(set) var endOffset = 0

    private static let mostJobs = 1000
    private static let mostBytes = 512 << 10

    var isEmpty: Bool { jobs.isEmpty }
    var isFull: Bool { jobs.count >= Self.mostJobs || bytes >= Self.mostBytes }
    var range: ClosedRange<Int> { (lines.first ?? 0)...(lines.last ?? 0) }

    mutating func add(_ line: LineSplitter.Line, at now: Timestamp) throws(Complaint) {
        do throws(Refusal) {
            let job = try ClientJob(line: line.bytes, at: now)
            jobs.append(job)
            bytes += line.bytes.count
        } catch {
            throw Complaint("line \(line.number): \(error.message)", hint: error.hint, .wrongInput)
        }
        lines.append(line.number)
        endOffset = line.endOffset
    }

    /// The line of a refused job, for the daemon names jobs by their place in the request: `job 3: …`.
    func complaint(_ refusal: Refusal) -> Complaint {
        var message = refusal.message
        var line = lines.first ?? 0
        if let match = message.prefixMatch(of: #/job (\d+): /#), let place = Int(match.1), lines.indices ~= place - 1 {
            line = lines[place - 1]
            message = String(message[match.range.upperBound...])
        }
        return Complaint("line \(line): \(message)", hint: refusal.hint, .refused)
    }
}
