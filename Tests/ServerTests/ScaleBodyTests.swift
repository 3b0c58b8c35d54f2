import Engine
import JobModel
import Testing

@testable import Server

@Suite struct ScaleBodyTests {
    @Test func wishesAreRead() throws {
        #expect(try ScaleBody.change(Array(#"{"processes":5}"#.utf8)) == .to(5))
        #expect(try ScaleBody.change(Array(#"{"change":-1}"#.utf8)) == .by(-1))
        #expect(throws: Refusal.self) { try ScaleBody.change(Array("{}".utf8)) }
    }
}
