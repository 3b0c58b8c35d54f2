import Engine
import Hummingbird
import JobModel
import TaskJSON

/// The routes of scaling.
extension API {
    private static let longestHistory = 1000
    private static let pastJobsAtOnce = 5000

    private static func job(_ name: String, of request: Request) throws(Refusal) -> JobID {
        guard let text = request.uri.queryParameters[Substring(name)] else { return JobID(0) }
        guard let id = JobID(String(text)) else {
            throw Refusal(
                code: "bad_\(name)", message: "'\(text.prefix(40))' is no id of a job",
                hint: "give what the answer before said, or nothing")
        }
        return id
    }

    func addScaling(to api: RouterGroup<APIContext>) {
        api.post("pools/:name/scale") { request, context in
            let name = try context.parameters.require("name")
            let user = await userName(try await context.peerUser())
            let order = try ScaleBody.order(try await body(of: request), by: user)
            guard let outcome = try await engine.scale(name, order) else { throw unknownPool(name) }
            return try JSONAnswer.response(ScaleDocument(outcome, isDryRun: order.isDryRun))
        }
        api.get("pools/:name/scaling") { _, context in
            let name = try context.parameters.require("name")
            guard let status = try await engine.scalingStatus(of: name) else { throw unknownPool(name) }
            return try JSONAnswer.response(ScalingDocument(status))
        }
        api.get("pools/:name/scaling/history") { request, context in
            let name = try context.parameters.require("name")
            let limit = try QueryNumber.read("limit", of: request, default: 50, in: 1...Self.longestHistory)
            let records = try await engine.scalingHistory(of: name, limit: limit)
            if records.isEmpty, try await engine.scalingStatus(of: name) == nil { throw unknownPool(name) }
            return try JSONAnswer.response(
                ScalingHistoryDocument(decisions: records.map(ScalingRecordDocument.init)))
        }
        api.get("pools/:name/past-jobs") { request, context in
            let name = try context.parameters.require("name")
            let seconds = try QueryNumber.read("seconds", of: request, default: 86400, in: 1...31_536_000)
            let after = try Self.job("after", of: request)
            let jobs = try await engine.pastJobs(
                of: name, since: time.now() - .seconds(seconds), after: after, limit: Self.pastJobsAtOnce)
            guard let jobs else { throw unknownPool(name) }
            return try JSONAnswer.response(PastJobsDocument(jobs, isFull: jobs.count == Self.pastJobsAtOnce))
        }
    }
}

/// Whole numbers in the query of a request.
enum QueryNumber {
    static func read(
        _ name: String, of request: Request, default fallback: Int, in range: ClosedRange<Int>
    ) throws(Refusal) -> Int {
        guard let text = request.uri.queryParameters[Substring(name)] else { return fallback }
        guard let number = Int(String(text)), range.contains(number) else {
            throw Refusal(
                code: "bad_\(name)",
                message: "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                hint: "correct the parameter '\(name)'")
        }
        return number
    }
}
