import Engine
import Foundation
import JobModel
import NIOCore
import Testing

@testable import Server

@Suite struct JobAnswerTests {
    private func document(payload: [UInt8], result: [UInt8]? = nil) throws -> String {
        let record = JobRecord(
            id: JobID(7), type: "mail", queue: "default", state: .completed, priority: .normal, payload: payload,
            attempt: 1, maxAttempts: 5, crashes: 0, timeoutMilliseconds: 0, enqueuedAt: Timestamp(milliseconds: 0),
            result: result)
        return String(buffer: try JSONAnswer.body(of: LiveJob(record: record)))
    }

    private func members(_ document: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
    }

    @Test(arguments: [
        "1.0", "12345678901234567890", "-0", "1e400", #"{"z":1,"a":[ 1 , 2.50 ],"z":2}"#, #""é\u00e9\/""#, "null",
        " {\n} ", #"{"payload_base64":"x"}"#,
    ])
    func jsonKeepsItsBytes(_ text: String) throws {
        let document = try document(payload: Array(text.utf8), result: Array(text.utf8))
        #expect(document.hasSuffix(#","payload":\#(text),"result":\#(text)}"#))
        #expect(document.hasPrefix("{\""))
    }

    @Test func theDocumentIsOneObject() throws {
        let members = try members(try document(payload: Array(#"{"n":[1]}"#.utf8), result: Array("42".utf8)))
        #expect(members["task_id"] as? String == "7")
        #expect(members["result"] as? Int == 42)
        #expect((members["payload"] as? [String: [Int]]) == ["n": [1]])
    }

    @Test(arguments: [[0xFF, 0x00], [0x22, 0xFF, 0x22], Array("{nonsense".utf8), Array("1 2".utf8)] as [[UInt8]])
    func otherBytesGoInBase64(_ bytes: [UInt8]) throws {
        let members = try members(try document(payload: bytes, result: bytes))
        #expect(members["payload"] == nil && members["result"] == nil)
        #expect(members["payload_base64"] as? String == Data(bytes).base64EncodedString())
        #expect(members["result_base64"] as? String == Data(bytes).base64EncodedString())
    }

    @Test func nothingIsAbsent() throws {
        let members = try members(try document(payload: []))
        #expect(members.keys.filter { $0.hasPrefix("payload") || $0.hasPrefix("result") }.isEmpty)
    }

    /// A chain of decoders that each try and fail took seconds for it.
    @Test func depthCostsNothing() throws {
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        let start = ContinuousClock.now
        let document = try document(payload: Array(deep.utf8))
        #expect(ContinuousClock.now - start < .milliseconds(500))
        #expect(document.contains(deep))
    }

    @Test func whatIsTooDeepForDecodersGoesInBase64() throws {
        let deep = Array((String(repeating: "[", count: 512) + String(repeating: "]", count: 512)).utf8)
        #expect(try members(try document(payload: deep))["payload_base64"] != nil)
    }
}
