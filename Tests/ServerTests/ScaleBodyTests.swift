import Engine
import JobModel
import Scaling
import Testing

@testable import Server

@Suite struct ScaleBodyTests {
    private func order(_ body: String) throws -> ScaleOrder { try ScaleBody.order(Array(body.utf8), by: "anna") }

    @Test func wishesAreRead() throws {
        #expect(try order(#"{"processes":5}"#) == ScaleOrder(.to(5), who: "anna"))
        #expect(
            try order(#"{"change":-1,"for":"30m","dry_run":true}"#)
                == ScaleOrder(.by(-1), duration: .seconds(1800), who: "anna", isDryRun: true))
        #expect(try order(#"{"auto":true}"#) == ScaleOrder(.automatic, who: "anna"))
        #expect(try order(#"{"min":2,"max":8}"#) == ScaleOrder(nil, minimum: 2, maximum: 8, who: "anna"))
    }

    @Test(arguments: [
        ("{}", "missing_field", "neither 'processes' nor 'change', 'auto', 'min' or 'max' is given"),
        (#"{"proceses":5}"#, "unknown_field", "a wish to scale has no field 'proceses'"),
        (#"{"processes":5,"by":1}"#, "unknown_field", "a wish to scale has no field 'by'"),
        (#"{"processes":5,"change":1}"#, "bad_field", "'change' cannot be given beside 'processes'"),
        (#"{"processes":5,"auto":true}"#, "bad_field", "'auto' cannot be given beside 'processes'"),
        (#"{"processes":5,"min":1}"#, "bad_field", "'min' cannot be given beside 'processes'"),
        (#"{"auto":true,"for":"1h"}"#, "bad_field", "'for' cannot be given beside 'auto'"),
        (#"{"processes":5,"for":0}"#, "bad_field", "'for' must be longer than nothing"),
        (#"{"processes":9000000000}"#, "bad_field", "'processes' is too large"),
        (#"{"processes":2.5}"#, "bad_field", "'processes' must be a whole number"),
    ])
    func mistakesAreNamed(_ body: String, _ code: String, _ message: String) {
        let error = #expect(throws: Refusal.self) { try order(body) }
        #expect(error?.code == code && error?.message == message)
    }
}
