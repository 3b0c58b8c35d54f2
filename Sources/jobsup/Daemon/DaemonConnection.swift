import AsyncHTTPClient
import Foundation
import JobModel
import NIOCore
import NIOHTTP1

/// Requests and answers over the daemon's Unix socket.
struct DaemonConnection: Sendable {
    typealias Method = HTTPMethod

    /// What the daemon said was wrong.
    private struct ErrorDocument: Decodable {
        struct Body: Decodable {
            let code: String
            let message: String
            let hint: String
        }
        let error: Body
    }

    private let sockets: DaemonSockets

    /// How long an answer may take beyond the wait that was asked for.
    private static let patience = Duration.seconds(60)
    private static let largestAnswerBytes = 256 << 20

    /// One for the process: it is never shut down, the end of the process closes its connections.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // Whoever is not there now is not waited for; a script sees it by the exit code.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    init(_ sockets: DaemonSockets) {
        self.sockets = sockets
    }

    func send(_ method: Method, _ uri: String, body: Data?, waiting: Duration) async throws(Complaint) -> Data {
        guard let url = URL(httpURLWithSocketPath: sockets.api, uri: uri) else {
            throw Complaint("'\(sockets.api)' cannot be the path of a socket", .wrongInput)
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "host", value: "jobsup")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        let patience = waiting + Self.patience
        let (status, data) = try await execute(request, patience: patience)
        guard (200..<300).contains(status.code) else { throw refusal(status, data) }
        return data
    }

    private func execute(
        _ request: HTTPClientRequest, patience: Duration
    ) async throws(Complaint) -> (HTTPResponseStatus, Data) {
        do {
            let response = try await Self.client.execute(request, timeout: .milliseconds(patience.inMilliseconds))
            let body = try await response.body.collect(upTo: Self.largestAnswerBytes)
            return (response.status, Data(body.readableBytesView))
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw Complaint(
                "jobsupd at \(sockets.api) has not answered within \(Shown.seconds(patience.inSeconds))",
                hint: "what is it doing? systemctl status supervisor", .unreachable)
        } catch is NIOTooManyBytesError {
            throw Complaint("the answer exceeds \(Shown.bytes(Self.largestAnswerBytes))", .refused)
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            throw sockets.unreachable(
                sockets.api,
                because: "it closed the connection: it has just stopped, or does not let this user in")
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            throw sockets.unreachable(sockets.api, because: "the socket is there, but nobody listens to it")
        } catch {
            throw sockets.unreachable(sockets.api, because: "\(error)")
        }
    }

    private func refusal(_ status: HTTPResponseStatus, _ data: Data) -> Complaint {
        guard let body = try? Answer<ErrorDocument>(data: data).document.error else {
            return Complaint("the daemon answered \(status.code) \(status.reasonPhrase)", .refused)
        }
        return Complaint(body.message, hint: body.hint, status == .notFound ? .notFound : .refused)
    }
}
