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
              66  there is no log that could be read
              74  the results could not be written
            """,
        version: "0.1.0",
        subcommands: [
            EnqueueCommand.self, StatusCommand.self, JobCommand.self, QueueCommand.self, PoolCommand.self,
            WorkerCommand.self, ScaleCommand.self, SimulateCommand.self, RolloutCommand.self, ReloadCommand.self,
            LogsCommand.self,
            ConfigCommand.self, BenchCommand.self,
        ])

    static func main() async {
        // A reader that has gone is an error of `write`, like all others, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        Console.reserveDescriptors()
        do {
            try await execute()
        } catch {
            Console.error(error.text)
            Foundation.exit(error.status.rawValue)
        }
    }

    private static func execute() async throws(Complaint) {
        do {
            var command = try parseAsRoot(CommandArguments.normalized(Array(CommandLine.arguments.dropFirst())))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let complaint as Complaint {
            throw complaint
        } catch {
            // `exit(withError:)` does so, but does not look whether the text could be written.
            let (text, code) = (fullMessage(for: error), exitCode(for: error))
            if code.isSuccess { try Console.print(text) } else { Console.error(text + "\n") }
            Foundation.exit(code.rawValue)
        }
    }
}
