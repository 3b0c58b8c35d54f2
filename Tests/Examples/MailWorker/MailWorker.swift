import JobsupWorker

struct Mail: Codable {
    var to: String
    var subject: String
}

struct Receipt: Codable, Equatable {
    var messageID: String
}

@main
struct MailWorker {
    static func main() async {
        let worker = makeWorker()
        await worker.runAndExit()
    }

    static func makeWorker() -> Worker {
        let worker = Worker(build: "1.4.2")

        worker.task("send_mail") { (mail: Mail, job: JobContext) async throws -> Receipt in
            try await Mailbox(of: mail.to).deliver(mail)
        }

        worker.task("send_newsletter") { (letter: Newsletter, job: JobContext) in
            for (number, address) in letter.addresses.enumerated() {
                try Task.checkCancellation()
                try await Mailbox(of: address).deliver(Mail(to: address, subject: letter.subject))
                job.progress(number + 1, of: letter.addresses.count, stage: "sending", message: address)
            }
        }

        worker.task("call_partner") { (call: PartnerCall, job: JobContext) in
            switch try await call.answer() {
            case .ok: break
            case .busy: throw Retry(after: .seconds(30), reason: "the partner is busy")
            case .closed: throw Snooze(for: .seconds(3600), reason: "the partner is closed")
            case .unknown: throw Discard("the partner does not know the order")
            }
        }

        worker.rawTask("checksum") { bytes, job in
            let sum = bytes.reduce(into: UInt32(0)) { $0 = $0 &* 31 &+ UInt32($1) }
            return Array(String(sum).utf8)
        }

        return worker
    }
}
