import JobStore
import Systemd

/// Why the daemon could not run: what an operator reads, and the code it ends with.
struct StartFailure {
    /// The codes of `RestartPreventExitStatus=` in the unit are those that trying again does not mend.
    enum Code {
        /// Anything else; tried again.
        static let unknown: Int32 = 1
        /// Another daemon runs.
        static let refused: Int32 = 3
        /// EX_DATAERR of sysexits.h: the store is damaged, or too new for this program.
        static let store: Int32 = 65
        /// EX_CANTCREAT: a directory of the daemon cannot be used. Tried again: a disk may come back, or have room.
        static let directory: Int32 = 73
        /// EX_CONFIG.
        static let configuration: Int32 = 78
    }

    let event: MessageID
    let reason: String
    let exitCode: Int32

    init(_ error: any Error) {
        switch error {
        case let failure as DirectoryLock.Failure:
            switch failure {
            case .held: self.init(.daemonRefused, "\(failure)", Code.refused)
            case .unusable: self.init(.daemonStartFailed, "\(failure)", Code.directory)
            }
        case let error as DirectoryFailure: self.init(.daemonStartFailed, "\(error)", Code.directory)
        case let error as DaemonSettings.UnknownGroup: self.init(.configurationInvalid, "\(error)", Code.configuration)
        case let error as DaemonSettings.MissingCredential:
            self.init(.configurationInvalid, "\(error)", Code.configuration)
        case let error as StoreError:
            switch error {
            case .damaged, .tooNew: self.init(.daemonStartFailed, "\(error): \(error.hint)", Code.store)
            case .full, .unavailable, .closed:
                self.init(.daemonStartFailed, "\(error): \(error.hint)", Code.unknown)
            }
        default: self.init(.daemonStartFailed, "\(error)", Code.unknown)
        }
    }

    private init(_ event: MessageID, _ reason: String, _ exitCode: Int32) {
        self.event = event
        self.reason = reason
        self.exitCode = exitCode
    }
}
