/// What an epoll instance reports as ready.
enum WatchToken: Hashable {
    case mailbox
    case childEnded
    /// Control groups may have lost their last process.
    case groups
    /// The other instance, whose events go first.
    case urgent
    case control(UInt64)
    case exit(UInt64)
    case output(UInt64, OutputLine.Stream)
    case notify(UInt64)

    init?(rawValue: UInt64) {
        let id = rawValue >> 4
        switch rawValue & 15 {
        case 0: self = .mailbox
        case 1: self = .childEnded
        case 2: self = .urgent
        case 8: self = .groups
        case 3: self = .control(id)
        case 4: self = .exit(id)
        case 5: self = .output(id, .output)
        case 6: self = .output(id, .error)
        case 7: self = .notify(id)
        default: return nil
        }
    }

    var rawValue: UInt64 {
        switch self {
        case .mailbox: 0
        case .childEnded: 1
        case .urgent: 2
        case .groups: 8
        case .control(let id): id << 4 | 3
        case .exit(let id): id << 4 | 4
        case .output(let id, .output): id << 4 | 5
        case .output(let id, .error): id << 4 | 6
        case .notify(let id): id << 4 | 7
        }
    }
}
