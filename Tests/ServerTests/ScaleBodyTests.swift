import Engine
import JobModel
import Testing

@testable import Server

@Suite struct ScaleBodyTests {
    @Test func wishesAreRead() throws {
        #expect(try ScaleBody.change(Array(#"{"processes":5}"#.utf8)) == .to(5))
        #expect(try ScaleBody.change(Array(#"{"change":-1}"#.utf8)) == .by(-1))
    }

    @Test(arguments: [
        ("{}", "missing_field", "neither 'processes' nor 'change' is given"),
        (#"{"proceses":5}"#, "unknown_field", "a wish to scale has no field 'proceses'"),
        (#"{"processes":5,"by":1}"#, "unknown_field", "a wish to scale has no field 'by'"),
        (#"{"processes":5,"change":1}"#, "bad_field", "'change' cannot be given beside 'processes'"),
        (#"{"processes":2.5}"#, "bad_field", "'processes' must be a whole number"),
    ])
    func mistakesAreNamed(_ body: String, _ code: String, _ message: String) {
        let error = #expect(throws: Refusal.self) { try ScaleBody.change(Array(body.utf8)) }
        #expect(error?.code == code && error?.message == message)
    }
}
