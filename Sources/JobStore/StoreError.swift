/// Why a store could not do what it was asked, one case for each thing an operator can do about it.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No room left where the store lives.
    case full(String)
    /// Reading or writing failed.
    case unavailable(String)
    /// What is there is not a store, or is damaged.
    case damaged(String)
    /// Written by a newer version of the program.
    case tooNew(found: Int, known: Int)
    case closed

    /// A short name that programs can tell errors apart by.
    package var code: String {
        switch self {
        case .full: "store_full"
        case .unavailable: "store_unavailable"
        case .damaged: "store_damaged"
        case .tooNew: "store_too_new"
        case .closed: "store_closed"
        }
    }

    package var description: String {
        switch self {
        case .full(let detail): "the store has no room left: \(detail)"
        case .unavailable(let detail): "the store cannot be used: \(detail)"
        case .damaged(let detail): "the store is damaged: \(detail)"
        case .tooNew(let found, let known): "the store has schema version \(found), this program knows up to \(known)"
        case .closed: "the store is closed: the daemon is stopping"
        }
    }

    /// What to do about it.
    package var hint: String {
        switch self {
        case .full: "free space in the state directory; nothing acknowledged is lost, writing resumes by itself"
        case .unavailable: "see `journalctl -u supervisor` for the cause; what was acknowledged is on disk"
        case .damaged: "stop the daemon, keep a copy of the state directory, and restore jobs.db from a backup"
        case .tooNew: "install the version that wrote it, or a newer one"
        case .closed: "try again when the daemon is running"
        }
    }
}
