import ArgumentParser
import Foundation
import JobModel

/// `jobsup enqueue`
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Enqueue one job, or a stream of them as JSON lines.",
        discussion: """
            The answer comes when the job is on disk.

            Examples:
              jobsup enqueue send_mail --payload '{"to": "a@b.c"}' --delay 10s
              jobsup enqueue resize --payload @picture.png --raw --wait > small.png
              jobsup enqueue --file jobs.jsonl
              generate-jobs | jobsup enqueue --json

            A line of a stream is an object with the fields of a task; the type is enough:
              {"type": "send_mail", "payload": {"to": "a@b.c"}, "priority": "high"}
            Lines are sent as they come. With --json the jobs' ids come back, line by line.
            """)

    @Argument(help: "The job type; without it, jobs are read as JSON lines.")
    var type: String?

    @Option(
        help: ArgumentHelp("The stream of JSON lines; - is standard input. (default: -)", valueName: "path"),
        completion: .file())
    var file: String?

    @OptionGroup(title: "Options of one job") var job: JobArguments
    @OptionGroup var wait: WaitOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if type == nil, !job.isEmpty || wait.isWanted {
            throw ValidationError("Name a job type: in a stream each line has its own fields, nothing is waited for.")
        }
        if type != nil, file != nil { throw ValidationError("Give either a job type or --file.") }
    }

    func run() async throws {
        if let type { try await enqueueOne(type) } else { try await enqueueStream() }
    }

    private func enqueueOne(_ type: String) async throws {
        let answer = try await common.daemon.enqueue(try job.task(type))
        if wait.isWanted {
            try await JobWait(common).wait(for: try answer.document.taskId, atMost: wait.limit)
        } else {
            try common.show(answer) { job in
                "\(job.taskId)  \(job.status)" + (job.existing ? "  (the key was there already)" : "")
            }
        }
    }

    private func enqueueStream() async throws {
        let isStandardInput = file == nil || file == "-"
        guard !isStandardInput || !Console.isTerminal(STDIN_FILENO) else {
            throw Complaint(
                "there is nothing to enqueue: neither a job type, nor a stream of JSON lines on standard input",
                hint: "jobsup enqueue --help shows both", .wrongInput)
        }
        let source = try ByteSource(path: isStandardInput ? nil : file)
        let client = StreamClient(common.sockets)
        try await client.connect()
        var stream = EnqueueStream(source: source, time: .system) { try await client.enqueue($0) }
        let isJSON = common.json
        stream.onReceipts = { receipts throws(Complaint) in
            guard isJSON else { return }
            // Where nobody reads them, the jobs are wanted all the same.
            for receipt in receipts {
                try Console.print(#"{"task_id":"\#(receipt.id)","existing":\#(receipt.existed)}"#)
            }
        }
        let summary = try await stream.run()
        if isJSON { Console.error(summary.text + "\n") } else { try Console.print(summary.text) }
    }
}
