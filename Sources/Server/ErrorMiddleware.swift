import Hummingbird

/// Gives every error of a route the API's one shape.
struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return try ErrorAnswer(error).response(from: request, context: context)
        }
    }
}
