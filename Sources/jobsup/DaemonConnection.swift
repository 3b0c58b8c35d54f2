import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Talks to the daemon's HTTP API over its Unix socket.
struct DaemonConnection: Sendable {
    /// What the daemon said was wrong.
    private struct ErrorDocument: Decodable {
        struct Body: Decodable {
            let code: String
            let message: String
            let hint: String
        }
        let error: Body
    }

    let directory: String

    private var socket: String { directory + "/api.sock" }

    /// Lives as long as the process. By default a connection that fails is tried again until the request times out,
    /// which a user of a daemon that is not there would have to sit through.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }()

    static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }()

    func get(_ path: String, timeout: TimeAmount = .seconds(30)) async throws -> Data {
        try await send(.GET, path, body: nil, timeout: timeout)
    }

    func post(_ path: String, _ body: Data) async throws -> Data {
        try await send(.POST, path, body: body, timeout: .seconds(60))
    }

    func delete(_ path: String) async throws -> Data {
        try await send(.DELETE, path, body: nil, timeout: .seconds(30))
    }

    func document<Document: Decodable>(_ type: Document.Type, _ path: String) async throws -> Document {
        try Self.decoder.decode(type, from: try await get(path))
    }

    private func send(_ method: HTTPMethod, _ path: String, body: Data?, timeout: TimeAmount) async throws -> Data {
        guard let url = URL(httpURLWithSocketPath: socket, uri: path) else {
            throw Complaint("'\(path)' cannot be asked for", code: ExitCode.validationFailure)
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers.add(name: "host", value: "jobsup")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        let response: HTTPClientResponse
        do {
            response = try await Self.client.execute(request, timeout: timeout)
        } catch {
            throw unreachable(error)
        }
        let buffer = try await response.body.collect(upTo: 256 << 20)
        let data = Data(buffer.readableBytesView)
        guard (200..<300).contains(response.status.code) else { throw refusal(response.status, data) }
        return data
    }

    private func refusal(_ status: HTTPResponseStatus, _ data: Data) -> Complaint {
        guard let document = try? Self.decoder.decode(ErrorDocument.self, from: data) else {
            return Complaint("the daemon answered \(status)", code: ExitStatus.refused)
        }
        let code = status == .notFound ? ExitStatus.notFound : ExitStatus.refused
        return Complaint("\(document.error.message)\n\(document.error.hint)", code: code)
    }

    private func unreachable(_ error: any Error) -> Complaint {
        let advice: String
        if access(directory, X_OK) != 0, errno == EACCES {
            advice = "this user may not enter \(directory): join the group of the socket (usermod -aG jobsup USER)"
        } else if access(socket, F_OK) != 0 {
            advice = "there is no such socket. Is it running? systemctl status supervisor"
        } else if access(socket, W_OK) != 0 {
            advice = "this user may not use it: join the socket's group (usermod -aG jobsup USER)"
        } else {
            advice = "nobody answers there (\(error)). Is it running? systemctl status supervisor"
        }
        return Complaint("cannot reach jobsupd at \(socket): \(advice)", code: ExitStatus.unreachable)
    }
}

/// Something to tell the user, and the exit code that goes with it.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    let code: ExitCode

    init(_ description: String, code: ExitCode) {
        self.description = description
        self.code = code
    }

    /// Runs a command's body; what it complains of goes to standard error.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let complaint as Complaint {
            FileHandle.standardError.write(Data("jobsup: \(complaint.description)\n".utf8))
            throw complaint.code
        }
    }
}
