import Hummingbird

/// Gives every error of a route the API's one shape.
struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    /// An error may describe all that it was given.
    private static var longestDetails: Int { 2000 }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let answer = ErrorAnswer(error)
            if answer.status == .internalServerError {
                context.logger.error(
                    "could not answer \(request.method) \(request.uri.path): \("\(error)".prefix(Self.longestDetails))")
            }
            return try answer.response(from: request, context: context)
        }
    }
}
