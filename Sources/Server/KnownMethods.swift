import HTTPTypes
import Hummingbird

/// Takes routes for a router and remembers them, so that a path that is known answers 405 to all other methods.
final class KnownMethods<Context: RequestContext>: RouterMethods {
    private let router: Router<Context>
    private var known: [(path: RouterPath, methods: [HTTPRequest.Method])] = []

    private static var all: [HTTPRequest.Method] {
        [.get, .head, .post, .put, .delete, .patch, .options, .trace, .connect]
    }

    init(_ router: Router<Context>) {
        self.router = router
    }

    @discardableResult func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == Context {
        if let index = known.firstIndex(where: { $0.path == path }) {
            known[index].methods.append(method)
        } else {
            known.append((path, [method]))
        }
        router.on(path, method: method, responder: responder)
        return self
    }

    @discardableResult func add(middleware: any MiddlewareProtocol<Request, Response, Context>) -> Self {
        router.add(middleware: middleware)
        return self
    }

    /// To be called once all routes are there.
    func refuseAllOthers() {
        for (path, methods) in known {
            for method in Self.all where !methods.contains(method) {
                router.on(path, method: method) { request, _ -> Response in
                    throw ErrorAnswer(
                        .methodNotAllowed, code: "wrong_method", message: "\(request.uri.path) knows no \(method)",
                        hint: "use \(methods.map(\.rawValue).joined(separator: " or "))", allow: methods)
                }
            }
        }
    }
}
