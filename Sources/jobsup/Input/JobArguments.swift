import ArgumentParser
import Foundation
import TaskJSON

/// What can be said of one job on the command line.
struct JobArguments: ParsableArguments {
    @Option(help: "JSON; or @FILE, or - for standard input, whose contents are JSON.")
    var payload: String?

    @Flag(help: "The payload is not JSON but any bytes; they reach the worker as they are.")
    var raw = false

    @Option(help: "The queue; the type's own by default.")
    var queue: String?

    @Option(
        help: "1 (first) to 10 (last), or a name, critical to background.",
        completion: .list(PriorityArgument.names))
    var priority: PriorityArgument?

    @Option(help: ArgumentHelp("Run no earlier than after this time: 10s, 5m, 1h.", valueName: "time"))
    var delay: DurationArgument?

    @Option(help: ArgumentHelp("Run no earlier than at 2030-01-31T08:00:00Z, or Unix seconds.", valueName: "instant"))
    var runAt: String?

    @Option(help: ArgumentHelp("How many attempts may end in an error.", valueName: "count"))
    var maxAttempts: Int?

    @Option(help: ArgumentHelp("The hard limit of one attempt: 30s, 5m.", valueName: "time"))
    var timeout: DurationArgument?

    @Option(help: "Idempotency key: the same one gives the same job back.")
    var key: String?

    var isEmpty: Bool {
        payload == nil && !raw && queue == nil && priority == nil && delay == nil && runAt == nil && maxAttempts == nil
            && timeout == nil && key == nil
    }

    func validate() throws {
        if raw, payload == nil { throw ValidationError("--raw says what --payload is: give one.") }
        if delay != nil, runAt != nil { throw ValidationError("Give either --delay or --run-at.") }
    }

    /// The body of the request.
    func task(_ type: String) throws -> Data {
        let texts = [
            ("type", type), ("queue", queue), ("priority", priority.map { String($0.priority.rawValue) }),
            ("delay", delay?.text), ("run_at", runAt), ("max_attempts", maxAttempts.map(String.init)),
            ("timeout", timeout?.text), ("key", key),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var members: [Data] = []
        for case (let name, let value?) in texts {
            // The number is read from a string, too, but for this one.
            let text = name == "max_attempts" ? Data(value.utf8) : try encoder.encode(value)
            members.append(Data("\"\(name)\":".utf8) + text)
        }
        if let payload = try payload.map(bytes) {
            let member = raw ? "\"payload_base64\":\"\(payload.base64EncodedString())\"" : "\"payload\":"
            members.append(Data(member.utf8) + (raw ? Data() : payload))
        }
        return Data("{".utf8) + Data(members.joined(separator: Data(",".utf8))) + Data("}".utf8)
    }

    private func bytes(of payload: String) throws -> Data {
        let (data, name) = try read(payload)
        guard !raw else { return data }
        do throws(JSONMembers.Malformed) {
            try JSONMembers.check([UInt8](data))
        } catch {
            throw Complaint(
                "\(name) is not JSON: at byte \(error.offset + 1), \(error.message)",
                hint: #"quote texts for the shell and for JSON: --payload '"text"'; for any other bytes add --raw"#,
                .wrongInput)
        }
        return data
    }

    private func read(_ payload: String) throws -> (Data, name: String) {
        if payload == "-" { return (FileHandle.standardInput.readDataToEndOfFile(), "standard input") }
        guard payload.hasPrefix("@") else { return (Data(payload.utf8), "--payload") }
        let path = String(payload.dropFirst())
        do {
            return (try Data(contentsOf: URL(fileURLWithPath: path)), path)
        } catch {
            throw Complaint("cannot read the payload from \(path): \(error.localizedDescription)", .wrongInput)
        }
    }
}
