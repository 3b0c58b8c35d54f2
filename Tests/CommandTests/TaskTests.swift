import ArgumentParser
import Foundation
import JobModel
import TaskJSON
import Testing

@testable import jobsup

/// The body that `jobsup enqueue TYPE` sends, read back as the daemon reads it.
@Suite struct TaskTests {
    private func body(_ options: String...) throws -> Data {
        let command = try #require(try Jobsup.parseAsRoot(["enqueue", "mail"] + options) as? EnqueueCommand)
        return try command.job.task("mail")
    }

    private func payload(_ body: Data) throws -> [UInt8] {
        try TaskBody.request([UInt8](body), at: Timestamp(milliseconds: 0)).payload
    }

    private func file(_ contents: Data) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString)").path
        try contents.write(to: URL(filePath: path))
        return path
    }

    @Test func optionsBecomeFields() throws {
        let body = try body(
            "--queue", "q", "--priority", "high", "--delay", "1.5m", "--max-attempts", "3", "--timeout", "30", "--key",
            #"a"\é"#)
        let task = try TaskBody.request([UInt8](body), at: Timestamp(milliseconds: 1000))
        #expect(task.type == "mail" && task.queue == "q" && task.key == #"a"\é"# && task.priority == .high)
        #expect(task.runAt == Timestamp(milliseconds: 91_000) && task.maxAttempts == 3 && task.timeout == .seconds(30))
        #expect(task.payload.isEmpty)
        let at = try TaskBody.request(
            [UInt8](self.body("--run-at", "1970-01-01T00:01:00Z")), at: Timestamp(milliseconds: 0))
        #expect(at.runAt == Timestamp(milliseconds: 60_000))
    }

    @Test func jsonReachesTheWorkerByteForByte() throws {
        for json in [#"{"n": 12345678901234567890.10,  "b":1}"#, "null", #""text""#, " [1 , 2] "] {
            let expected = Array(json.trimmingCharacters(in: .whitespaces).utf8)
            #expect(try payload(try body("--payload", json)) == expected)
            let path = try file(Data(json.utf8))
            defer { try? FileManager.default.removeItem(atPath: path) }
            #expect(try payload(try body("--payload", "@" + path)) == expected)
        }
    }

    @Test func rawBytesDoToo() throws {
        let bytes = Data((0...255).map { UInt8($0) })
        let path = try file(bytes)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try payload(try body("--payload", "@" + path, "--raw")) == [UInt8](bytes))
        #expect(try payload(try body("--payload", "no JSON", "--raw")) == Array("no JSON".utf8))
    }

    @Test func whatIsNoJSONSaysWhere() throws {
        let complaint = #expect(throws: Complaint.self) { try body("--payload", #"{"a": tru}"#) }
        #expect(complaint?.message == "--payload is not JSON: at byte 7, expected a value")
        #expect(complaint?.status == .wrongInput)
        for text in ["", "hello", "1 2", "{", "'x'"] {
            #expect(throws: Complaint.self) { try body("--payload", text) }
        }
        let missing = #expect(throws: Complaint.self) { try body("--payload", "@/no/such/file") }
        #expect(missing?.message.contains("/no/such/file") == true)
    }
}
