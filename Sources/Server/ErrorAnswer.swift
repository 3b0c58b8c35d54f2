import Engine
import HTTPTypes
import Hummingbird
import JobModel
import JobStore

/// An error as the API answers it: a status, a word for programs, a sentence for people, and what to do.
struct ErrorAnswer: Error, ResponseGenerator {
    private struct Document: Encodable {
        struct Body: Encodable {
            let code: String
            let message: String
            let hint: String
        }
        let error: Body
    }

    let status: HTTPResponse.Status
    let code: String
    let message: String
    let hint: String
    /// The methods that there are, where another one was used.
    let allow: [HTTPRequest.Method]

    init(
        _ status: HTTPResponse.Status, code: String, message: String, hint: String, allow: [HTTPRequest.Method] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.allow = allow
    }

    init(_ refusal: Refusal) {
        let status: HTTPResponse.Status =
            switch refusal.code {
            case "payload_too_large", "too_many_jobs": .contentTooLarge
            case "unknown_queue": .notFound
            case "stopping": .serviceUnavailable
            default: .badRequest
            }
        self.init(status, code: refusal.code, message: refusal.message, hint: refusal.hint)
    }

    init(_ error: StoreError) {
        self.init(.serviceUnavailable, code: error.code, message: error.description, hint: error.hint)
    }

    /// Any error of a route. What one that is not known says may be long, and is for the log.
    init(_ error: any Error) {
        switch error {
        case let answer as ErrorAnswer: self = answer
        case let refusal as Refusal: self.init(refusal)
        case let error as StoreError: self.init(error)
        case let error as any HTTPResponseError:
            self.init(
                error.status, code: "http_\(error.status.code)", message: error.status.reasonPhrase,
                hint: "see `jobsup --help` or the documentation of the API")
        default:
            self.init(
                .internalServerError, code: "internal", message: "the daemon could not answer, by a mistake of its own",
                hint: "its log says more: `journalctl -u supervisor`")
        }
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Document(error: .init(code: code, message: message, hint: hint))
        var response = try JSONAnswer.response(body, status: status)
        if !allow.isEmpty { response.headers[.allow] = allow.map(\.rawValue).joined(separator: ", ") }
        return request.method == .head ? response.createHeadResponse() : response
    }
}
