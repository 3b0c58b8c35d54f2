import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Server

@Suite struct ErrorMiddlewareTests {
    private struct Unknown: Error {
        let given = "secret " + String(repeating: "x", count: 100_000)
    }

    private struct Lines: LogHandler {
        final class Written: Sendable { let lines = Mutex<[String]>([]) }

        let written: Written
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            written.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    private func answer(_ method: HTTPRequest.Method, throwing error: any Error) async throws -> (Response, [String]) {
        let written = Lines.Written()
        let logger = Logger(label: "test") { _ in Lines(written: written) }
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        router.on("fails", method: method) { _, _ -> HTTPResponse.Status in throw error }
        let context = BasicRequestContext(source: .init(channel: NIOAsyncTestingChannel(), logger: logger))
        let head = HTTPRequest(method: method, scheme: "http", authority: "jobsup", path: "/fails")
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let response = try await router.buildResponder().respond(to: request, context: context)
        return (response, written.lines.withLock { $0 })
    }

    @Test func theDetailsOfAnUnknownErrorAreForTheLog() async throws {
        let (response, lines) = try await answer(.get, throwing: Unknown())
        #expect(response.status == .internalServerError)
        #expect((response.body.contentLength ?? .max) < 300)
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("error: could not answer GET /fails: Unknown(given: \"secret xxx") == true)
        #expect((lines.first?.utf8.count ?? .max) < 3000)
    }

    @Test func whatTheCallerDidWrongIsNotLogged() async throws {
        let error = ErrorAnswer(.methodNotAllowed, code: "wrong_method", message: "m", hint: "h", allow: [.get, .post])
        let (response, lines) = try await answer(.put, throwing: error)
        #expect(response.status == .methodNotAllowed && response.headers[.allow] == "GET, POST")
        #expect(lines == [])
    }

    @Test func anAnswerToHEADHasNoBody() async throws {
        let (response, _) = try await answer(.head, throwing: Unknown())
        #expect(response.status == .internalServerError && response.body.contentLength == 0)
    }
}
