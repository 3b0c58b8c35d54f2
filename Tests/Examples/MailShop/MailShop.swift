import JobsupClient

struct Mail: Codable {
    var to: String
    var subject: String
}

@main
struct MailShop {
    static func main() async throws {
        let client = JobsupClient()

        let job = try await client.enqueue("send_mail", Mail(to: "ann@example.org", subject: "Welcome"))
        print("enqueued as job \(job.id)")

        try await client.enqueue(
            "send_mail", Mail(to: "bob@example.org", subject: "Your order"),
            options: JobOptions(key: "order-4711", priority: .high, timeout: .seconds(20), start: .after(.seconds(60))))

        try await enqueueAll(["eve@example.org", "joe@example.org"], with: client)
        await enqueueCarefully(client)
    }

    static func enqueueAll(_ addresses: [String], with client: JobsupClient) async throws {
        let batch = try addresses.map { try JobRequest("send_mail", Mail(to: $0, subject: "News")) }
        let jobs = try await client.enqueue(batch)
        print("enqueued \(jobs.count) jobs, the last one is \(jobs.last?.id ?? "none")")
    }

    static func enqueueCarefully(_ client: JobsupClient) async {
        do {
            try await client.enqueue("checksum", bytes: [1, 2, 3], options: JobOptions(queue: "mial"))
        } catch let error as EnqueueError where error.code == .unknownQueue {
            print("\(error.message): \(error.hint)")
        } catch {
            print(error)
        }
    }
}
