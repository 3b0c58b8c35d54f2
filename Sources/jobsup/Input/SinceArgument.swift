import ArgumentParser
import Foundation
import JobModel
import TaskJSON

/// Since when: `10m` ago, `2030-01-31T08:00:00Z`, or Unix seconds.
enum SinceArgument: Equatable, ExpressibleByArgument {
    case ago(Duration)
    case at(Timestamp)

    init?(argument: String) {
        if let instant = RFC3339.parse(argument) {
            self = .at(instant)
        } else if argument.last?.isNumber == true {
            guard let seconds = Double(decimal: argument), seconds >= 0, seconds < 253_402_300_800 else { return nil }
            self = .at(Timestamp(milliseconds: Int64(seconds * 1000)))
        } else {
            guard let duration = Duration(text: argument), duration >= .zero else { return nil }
            self = .ago(duration)
        }
    }

    func instant(now: Timestamp) -> Timestamp {
        switch self {
        case .ago(let duration): now - duration
        case .at(let instant): instant
        }
    }
}
