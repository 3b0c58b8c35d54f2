import Foundation
import Testing

@testable import TaskJSON

@Suite struct JSONMembersTests {
    private func value(_ text: String, _ key: String) throws -> String? {
        try JSONMembers(Array(text.utf8))[key].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func valuesKeepTheirBytes() throws {
        let text = #" { "a" : 12345678901234567890.50 , "b":{"z":1,"a":[ 1, 2 ]},"c":"x\"}\\" , "d":null} "#
        #expect(try value(text, "a") == "12345678901234567890.50")
        #expect(try value(text, "b") == #"{"z":1,"a":[ 1, 2 ]}"#)
        #expect(try value(text, "c") == #""x\"}\\""#)
        #expect(try value(text, "d") == "null")
        #expect(try value(text, "e") == nil)
        #expect(try value("{}", "a") == nil)
    }

    @Test(arguments: [
        "", "[]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{a:1}", "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":.5}", "{\"a\":+1}", "{\"a\":tru}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}",
        "{\"a\":[1,]}", "{\"a\":{\"b\"}}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":NaN}",
    ])
    func whatIsNoObjectIsRefused(_ text: String) {
        #expect(throws: JSONMembers.Malformed.self) { try JSONMembers(Array(text.utf8)) }
    }

    @Test func nestingIsBounded() {
        let deep = "{\"a\":" + String(repeating: "[", count: 100_000)
        #expect(throws: JSONMembers.Malformed.self) { try JSONMembers(Array(deep.utf8)) }
    }

    @Test func aValueOfTheGreatestDepthFitsIntoADocumentThatDecodersTake() throws {
        struct Document: Decodable { let taskId: Int }
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let deepest = nested(JSONMembers.depthLimit)
        try JSONMembers.check(Array(deepest.utf8))
        let document = Data(#"{"taskId":1,"payload":\#(deepest)}"#.utf8)
        #expect(try JSONDecoder().decode(Document.self, from: document).taskId == 1)
        #expect(throws: JSONMembers.Malformed.self) {
            try JSONMembers.check(Array(nested(JSONMembers.depthLimit + 1).utf8))
        }
    }

    @Test func onlyUTF8IsJSON() throws {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            let error = #expect(throws: JSONMembers.Malformed.self) { try JSONMembers.check(bytes) }
            #expect(error?.offset == 1 && error?.message == "this is not UTF-8")
            #expect(throws: JSONMembers.Malformed.self) { try JSONMembers(Array("{\"a\":".utf8) + bytes + [0x7D]) }
        }
        try JSONMembers.check(Array("\"é🙂\"".utf8))
    }

    @Test func itAgreesWithFoundationOnCutTexts() {
        let text = Array(#"{"a":[1,-2.5e+3,{"b":"\u00e9\n"}],"c":true,"d":{},"e":[]}"#.utf8)
        for end in 0...text.count {
            let part = Array(text[..<end])
            let foundation = (try? JSONSerialization.jsonObject(with: Data(part))) != nil
            #expect(((try? JSONMembers(part)) != nil) == foundation, "cut at \(end)")
        }
    }

    @Test func elementsAreRangesOfTheArray() throws {
        let array = Array(#"[ {"a":1} ,2, "x,y" ]"#.utf8)
        let elements = try JSONMembers.elements(of: array[...]).map { String(decoding: $0, as: UTF8.self) }
        #expect(elements == [#"{"a":1}"#, "2", #""x,y""#])
        #expect(try JSONMembers.elements(of: Array("[]".utf8)[...]).isEmpty)
    }
}
