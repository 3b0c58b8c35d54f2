import Hummingbird
import JobModel

/// Refuses parameters that a route does not know: a filter that is overlooked would give all jobs.
struct QueryCheck<Context: RequestContext>: RouterMiddleware {
    /// By method and path; all other routes know none.
    private static var known: [String: [String]] {
        [
            "GET /api/tasks": ["before", "limit", "queue", "state", "type"], "GET /api/tasks/{id}": ["wait"],
            "GET /api/pools/{name}/scaling/history": ["limit"],
            "GET /api/pools/{name}/past-jobs": ["after", "seconds"],
        ]
    }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if request.uri.query != nil {
            let known = Self.known["\(request.method) \(context.endpointPath ?? "")"] ?? []
            try Self.check(request.uri.queryParameters.map { String($0.key) }, known: known)
        }
        return try await next(request, context)
    }

    static func check(_ names: [String], known: [String]) throws(Refusal) {
        for (index, name) in names.enumerated() {
            guard known.contains(name) else {
                let suggestion = Suggestion.nearest(to: name, in: known).map { "did you mean '\($0)'? " } ?? ""
                let list = known.isEmpty ? "this request takes none" : "parameters: \(known.joined(separator: ", "))"
                throw Refusal(
                    code: "unknown_parameter", message: "there is no parameter '\(name.prefix(40))' here",
                    hint: suggestion + list)
            }
            guard !names[..<index].contains(name) else {
                throw Refusal(
                    code: "bad_\(name)", message: "'\(name)' is given more than once",
                    hint: "give it once, or not at all")
            }
        }
    }
}
