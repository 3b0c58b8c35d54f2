import ArgumentParser
import JobModel

/// `--wait`, and `--wait=30s` for no longer than that.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until the job has finished and print its result; --wait=30s waits no longer.")
    var wait = false

    // What `--wait=30s` becomes: an option whose value is optional would take the next argument for it.
    @Option(help: .hidden)
    var waitFor: DurationArgument?

    var isWanted: Bool { wait || waitFor != nil }
    var limit: Duration? { waitFor?.duration }
}
