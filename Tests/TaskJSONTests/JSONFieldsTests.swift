import JobModel
import TaskJSON
import Testing

/// Fields of one kind, as they come from outside.
@Suite struct JSONFieldsTests {
    private func flag(_ value: String) throws -> Bool? {
        try JSONFields(Array(#"{"a":\#(value)}"#.utf8)).flag("a")
    }

    @Test func aFlagIsTrueOrFalse() throws {
        #expect(try flag("true") == true && flag(" false ") == false)
        #expect(try flag("null") == nil)
        #expect(try JSONFields(Array("{}".utf8)).flag("a") == nil)
    }

    @Test(arguments: [#""true""#, "1", "0", #""""#, "[]", "{}", #""yes""#])
    func nothingElseIsAFlag(_ value: String) {
        let refusal = #expect(throws: Refusal.self) { try flag(value) }
        #expect(refusal?.code == "bad_field" && refusal?.message == "'a' must be true or false")
        #expect(refusal?.hint == "correct the field 'a'")
    }
}
