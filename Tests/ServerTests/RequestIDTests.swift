import HTTPTypes
import Hummingbird
import JobModel
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// The id of a request on its way through the API's middleware, in front of routes that ask for it, fail, or do neither.
@Suite struct RequestIDTests {
    private struct Counter: RandomNumberGenerator, Sendable {
        var number: UInt64 = 0

        mutating func next() -> UInt64 {
            number += 1
            return number
        }
    }

    private struct Answer: Equatable {
        let status: Int
        let requestID: String?
        /// What the route was told.
        var told: String?
    }

    private let source = RequestIDSource(Counter())

    private func answer(_ path: String, _ given: String? = nil) async throws -> Answer {
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestIDMiddleware(source: source))
        router.add(middleware: ErrorMiddleware())
        router.get("asks") { _, context in
            Response(status: .ok, headers: [.eTag: try context.requestID.get()])
        }
        router.get("looks") { _, _ in HTTPResponse.Status.ok }
        router.get("fails") { _, _ -> HTTPResponse.Status in
            throw ErrorAnswer(.conflict, code: "already_finished", message: "m", hint: "h")
        }
        var head = HTTPRequest(method: .get, scheme: "http", authority: "jobsup", path: path)
        head.headerFields[.requestID] = given
        let context = APIContext(source: .init(channel: NIOAsyncTestingChannel(), logger: Logger(label: "test")))
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let response = try await router.buildResponder().respond(to: request, context: context)
        return Answer(
            status: response.status.code, requestID: response.headers[.requestID], told: response.headers[.eTag])
    }

    @Test func aGivenOneIsTheRequestsAndTheAnswers() async throws {
        #expect(try await answer("/asks", "r-1") == Answer(status: 200, requestID: "r-1", told: "r-1"))
        #expect(try await answer("/looks", "r-2") == Answer(status: 200, requestID: "r-2"))
    }

    @Test func aRequestWithoutOneGetsOneOfItsOwn() async throws {
        let first = "0000000000000001"
        #expect(try await answer("/asks") == Answer(status: 200, requestID: first, told: first))
        #expect(try await answer("/looks") == Answer(status: 200, requestID: "0000000000000002"))
    }

    @Test func errorsCarryItToo() async throws {
        #expect(try await answer("/fails", "r-1") == Answer(status: 409, requestID: "r-1"))
        #expect(try await answer("/nowhere", "r-1") == Answer(status: 404, requestID: "r-1"))
        #expect(try await answer("/fails") == Answer(status: 409, requestID: "0000000000000001"))
    }

    @Test(arguments: ["", "a b", "é", String(repeating: "x", count: 129)])
    func aWrongOneIsRefusedWhereItMatters(_ given: String) async throws {
        #expect(try await answer("/asks", given) == Answer(status: 400, requestID: "0000000000000001"))
        #expect(try await answer("/looks", given) == Answer(status: 200, requestID: "0000000000000002"))
    }
}
