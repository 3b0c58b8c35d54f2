struct Newsletter: Codable {
    var subject: String
    var addresses: [String]
}

struct PartnerCall: Codable {
    enum Answer: String, Codable {
        case ok, busy, closed, unknown
    }

    var expected: Answer

    func answer() async throws -> Answer {
        expected
    }
}

struct Mailbox {
    let address: String

    init(of address: String) {
        self.address = address
    }

    @discardableResult
    func deliver(_ mail: Mail) async throws -> Receipt {
        Receipt(messageID: "\(mail.subject)@\(address)")
    }
}
