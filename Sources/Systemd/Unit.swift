import CSystemd
import Glibc

/// The service manager's name for what this process belongs to.
package enum Unit {
    /// The system's unit, `supervisor.service`; `nil` for a process of none, or of a user's.
    package static var own: String? {
        var name: UnsafeMutablePointer<CChar>?
        guard sd_pid_get_unit(0, &name) >= 0, let name else { return nil }
        defer { free(name) }
        let unit = String(cString: name)
        // Services of a user's own manager are all in this one; the journal names them elsewhere.
        return unit.hasPrefix("user@") ? nil : unit
    }
}
