import Testing

@testable import Scaling

@Suite struct SecretURLTests {
    @Test(arguments: [
        ("redis://h:1/2", "redis://h:1/2"),
        ("redis://me:secret@h:1/2", "redis://me:***@h:1/2"),
        ("redis://:secret@h", "redis://:***@h"),
        ("redis://me:@h", "redis://me:***@h"),
        ("unix:///s?db=1&password=secret", "unix:///s?db=1"),
        ("postgresql://me:secret@a,b/j?PassWord=secret&x=y", "postgresql://me:***@a,b/j?x=y"),
        ("redis://:sec@ret@h", "***"), ("redis://:sec/ret@h", "***"), ("me:secret@h", "***"),
        ("redis://me:secret", "***"),
        ("redis://:secret%zz@h", "***"),
    ])
    func nothingSecretIsShown(_ text: String, _ shown: String) {
        #expect("\(SecretURL.text(text))" == shown)
        #expect(String(reflecting: SecretURL.text(text)) == shown)
        #expect("\(SignalSettings(.redis(.text(text), .list("q"))))" == "the list q of \(shown)")
    }

    @Test func variablesAreLookedUp() {
        #expect(SecretURL.variable("A").resolved(in: ["A": "x"]) == "x")
        #expect(SecretURL.variable("A").resolved(in: [:]) == nil)
        #expect("\(SecretURL.variable("A"))" == "$A")
    }
}
