import Foundation
import NIOCore

/// Waits for a job by long polls and prints how it ended.
struct JobWait {
    let daemon: DaemonConnection
    let json: Bool

    private static let poll = 60

    func wait(for id: String, seconds: Int) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let left = min(Self.poll, max(0, Int((end - ContinuousClock.now) / .seconds(1))))
            let data = try await daemon.get("/api/tasks/\(id)?wait=\(left)s", timeout: .seconds(Int64(left) + 30))
            let job = try DaemonConnection.decoder.decode(JobDocument.self, from: data)
            if job.isFinished { return try finish(job, data) }
            if ContinuousClock.now >= end {
                throw Complaint("job \(id) is still \(job.status) after \(seconds) s", code: ExitStatus.timedOut)
            }
        }
    }

    private func finish(_ job: JobDocument, _ data: Data) throws {
        if json {
            print(String(decoding: data, as: UTF8.self))
        } else if job.status == "completed" {
            print("\(job.taskId)  completed  \(try Self.result(in: data))")
        }
        guard job.status != "completed" else { return }
        let why = job.error.map { ": \($0.type) \($0.message)" } ?? ""
        throw Complaint("job \(job.taskId) ended as \(job.status)\(why)", code: ExitStatus.jobFailed)
    }

    /// The result of a job's document as JSON text, or as Base64 when it is none.
    static func result(in data: Data) throws -> String {
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { return "" }
        if let bytes = object["result_base64"] as? String {
            return Data(base64Encoded: bytes).flatMap { String(data: $0, encoding: .utf8) } ?? bytes
        }
        guard let result = object["result"] else { return "" }
        let text = try JSONSerialization.data(
            withJSONObject: result, options: [.fragmentsAllowed, .withoutEscapingSlashes, .sortedKeys])
        return String(decoding: text, as: UTF8.self)
    }
}
