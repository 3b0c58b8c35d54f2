import Foundation
import Systemd
import Testing

@Suite struct MessageIDTests {
    private let catalog: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        catalog = try String(contentsOf: root.appending(path: "systemd/catalog/jobsup.catalog"), encoding: .utf8)
    }

    @Test func idsAre128BitsInSmallHexadecimal() {
        for id in MessageID.allCases {
            #expect(id.rawValue.wholeMatch(of: /[0-9a-f]{32}/) != nil, "\(id)")
        }
    }

    @Test func eachIdHasItsEntryInTheCatalogAndEachEntryItsId() {
        let entries = catalog.matches(of: /^-- (.*)$/.anchorsMatchLineEndings()).map { String($0.1) }
        #expect(entries.count == Set(entries).count)
        #expect(Set(entries) == Set(MessageID.allCases.map(\.rawValue)))
    }

    @Test func eachEntryHasASubjectAndAText() {
        let entries = catalog.split(separator: /^--\s/.anchorsMatchLineEndings()).dropFirst()
        #expect(entries.count == MessageID.allCases.count)
        for entry in entries {
            let parts = entry.split(separator: "\n\n", maxSplits: 1)
            #expect(parts.count == 2 && parts[0].contains("\nSubject: ") && parts[0].contains("\nDefined-By: jobsup"))
        }
    }
}
