import ArgumentParser
import JobModel

/// A time on the command line: seconds (`1.5`), or a number with a unit (`250ms`, `10s`, `5m`, `1h`, `2d`).
struct DurationArgument: Equatable, ExpressibleByArgument {
    let duration: Duration
    /// As it was written, for the daemon reads the same words.
    let text: String

    init?(argument: String) {
        guard let duration = Duration(text: argument), duration >= .zero else { return nil }
        self.duration = duration
        text = argument
    }
}
