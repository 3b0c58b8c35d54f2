import JobModel
import Testing

@testable import Server

@Suite struct RolloutBodyTests {
    @Test(arguments: ["", "{}", #"{"command":null}"#, " { } "])
    func withoutACommandThereIsNone(_ body: String) throws {
        #expect(try RolloutBody.command(Array(body.utf8)) == nil)
    }

    @Test func aCommandIsAProgramAndItsArguments() throws {
        #expect(try RolloutBody.command(Array(#"{"command":["/bin/x"]}"#.utf8)) == ["/bin/x"])
        let body = #"{ "command" : [ "/bin/x", "", "a b", "\u00e4\n" ] }"#
        #expect(try RolloutBody.command(Array(body.utf8)) == ["/bin/x", "", "a b", "ä\n"])
    }

    @Test(arguments: [
        (#"{"command":[]}"#, "bad_field", "'command' is empty: name the program that works"),
        (#"{"command":["","x"]}"#, "bad_field", "'command' is empty: name the program that works"),
        (#"{"command":"/bin/x -v"}"#, "bad_field", "'command' must be a list of strings"),
        (#"{"command":["/bin/x",1]}"#, "bad_field", "'command' must be a list of strings"),
        (#"{"command":[["/bin/x"]]}"#, "bad_field", "'command' must be a list of strings"),
        (#"{"command":{"program":"/bin/x"}}"#, "bad_field", "'command' must be a list of strings"),
        (#"{"comand":["/bin/x"]}"#, "unknown_field", "a wish to roll out has no field 'comand'"),
        (#"{"command":["/bin/x"],"wait":true}"#, "unknown_field", "a wish to roll out has no field 'wait'"),
    ])
    func mistakesAreNamed(_ body: String, _ code: String, _ message: String) {
        let error = #expect(throws: Refusal.self) { try RolloutBody.command(Array(body.utf8)) }
        #expect(error?.code == code && error?.message == message)
    }

    @Test(arguments: ["[]", "now", "{", #""/bin/x""#])
    func whatIsNoObjectIsRefused(_ body: String) {
        let error = #expect(throws: Refusal.self) { try RolloutBody.command(Array(body.utf8)) }
        #expect(error?.code == "bad_json")
    }
}
