/// What a process says of itself, in the protocol of systemd's `sd_notify`.
package struct NotifyMessage: Hashable, Sendable {
    package var ready = false
    package var stopping = false
    package var reloading = false
    /// A sign of life.
    package var watchdog = false
    /// The process knows that it is broken, and wants to be treated as one that gave no sign of life.
    package var watchdogTrigger = false
    /// From now on a sign of life will come at least this often; zero: none will come.
    package var watchdogInterval: Duration?
    /// One line without control characters; empty when there is nothing to tell any more.
    package var status: String?
    package var extendTimeout: Duration?
    package var mainProcessID: Int32?
    package var errno: Int32?
    /// Whoever sent this waits until everything before it has been dealt with.
    var barrier = false

    package init() {}

    /// It says nothing that is known here.
    var isEmpty: Bool {
        var rest = self
        rest.barrier = false
        return rest == NotifyMessage()
    }

    /// Takes in what the same process said next, if nothing is lost by that: a sign of life, a status, more time. What changes the
    /// state keeps its place in the order.
    mutating func absorb(_ later: NotifyMessage) -> Bool {
        var rest = later
        rest.watchdog = false
        rest.status = nil
        rest.extendTimeout = nil
        guard rest == NotifyMessage() else { return false }
        watchdog = watchdog || later.watchdog
        status = later.status ?? status
        extendTimeout = later.extendTimeout ?? extendTimeout
        return true
    }
}
