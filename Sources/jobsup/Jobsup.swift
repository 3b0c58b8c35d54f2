import ArgumentParser
import Foundation

/// The command for people and scripts.
@main
struct Jobsup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobsup",
        abstract: "Enqueue jobs, watch them, and steer the daemon that runs them.",
        discussion: """
            Examples:
              jobsup enqueue send_mail --payload '{"to": "a@b.c"}' --wait
              jobsup status --watch
              jobsup scale mail +2

            Exit codes:
              0   done
              1   a job that was waited for did not complete
              3   there is no such job, pool or queue
              4   the daemon cannot be reached
              5   the daemon refused
              6   the time to wait was over
              64  the arguments or the input are not right
            """,
        version: "0.1.0",
        subcommands: [
            EnqueueCommand.self, StatusCommand.self, JobCommand.self, QueueCommand.self, PoolCommand.self,
            WorkerCommand.self, ScaleCommand.self, ConfigCommand.self, BenchCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot(CommandArguments.normalized(Array(CommandLine.arguments.dropFirst())))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let complaint as Complaint {
            Console.error(complaint.text)
            Foundation.exit(complaint.status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
