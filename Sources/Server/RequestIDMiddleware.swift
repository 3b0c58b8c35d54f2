import HTTPTypes
import Hummingbird
import JobModel

/// Gives each request its id, and each answer that of its request. To be added before all others: errors are answers too.
struct RequestIDMiddleware: RouterMiddleware {
    let source: RequestIDSource

    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = requestID(of: request)
        var response = try await next(request, context)
        response.headers[.requestID] = (try? context.requestID.get()) ?? source.next()
        return response
    }

    private func requestID(of request: Request) -> Result<String, Refusal> {
        guard let given = request.headers[.requestID] else { return .success(source.next()) }
        do throws(Refusal) {
            try JobModel.RequestID.check(given)
            return .success(given)
        } catch {
            return .failure(error)
        }
    }
}

extension HTTPField.Name {
    static let requestID: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("no name of a field") }
        return name
    }()
}
