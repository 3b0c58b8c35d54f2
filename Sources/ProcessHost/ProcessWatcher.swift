import CLinux
import Foundation
import Logging

/// The one thread that sees everything that happens to our processes.
final class ProcessWatcher: Sendable {
    enum Message: Sendable {
        case watch(Handover<Launch>)
        case failed(SpawnError, onEvent: @Sendable (ProcessEvent) -> Void)
        /// Enough of what was read from this process has been dealt with.
        case outputMayResume(UInt64)
        case listen(NotifySocket)
        case stopListening(NotifySocket)
        /// A process that may speak on this socket is about to be started; it can be faster than `watch`.
        case launchBegins(NotifySocket)
        /// `watch` came, or will not come.
        case launchIsOver(NotifySocket)
        case findMemoryTargets(then: @Sendable ([MemoryTarget]) -> Void)
        /// The tree of some process is to be killed.
        case doomed
        case killEverything(then: @Sendable () -> Void)
    }

    /// What the thread begins with.
    struct Equipment: ~Copyable, Sendable {
        /// Exits, starts and messages: looked at between any two pieces of output.
        let urgent: Poller
        let all: Poller
        let childEnded: Descriptor
        let mailbox: Mailbox<Message>
        /// `nil` where processes have no control groups.
        let groupWatch: GroupWatch?
        let leftoverGrace: Duration
        let now: @Sendable () -> ContinuousClock.Instant
        let onReleased: @Sendable (Foundation.Process) -> Void
        let logger: Logger
    }

    private let mailbox: Mailbox<Message>

    init(
        watchesGroups: Bool, leftoverGrace: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant,
        logger: Logger,
        onReleased: @escaping @Sendable (Foundation.Process) -> Void
    ) throws(SystemCallFailure) {
        let mailbox = try Mailbox<Message>()
        self.mailbox = mailbox
        let equipment = try Equipment(
            urgent: Poller(), all: Poller(), childEnded: Descriptor(owning: systemCall("eventfd", clinux_eventfd())),
            mailbox: mailbox, groupWatch: watchesGroups ? GroupWatch() : nil, leftoverGrace: leftoverGrace, now: now,
            onReleased: onReleased, logger: logger)
        try equipment.urgent.add(mailbox.wakeup, token: WatchToken.mailbox.rawValue)
        try equipment.urgent.add(equipment.childEnded, token: WatchToken.childEnded.rawValue)
        if let changes = equipment.groupWatch?.changes.rawValue {
            try equipment.urgent.add(rawValue: changes, token: WatchToken.groups.rawValue)
        }
        try equipment.all.add(equipment.urgent, token: WatchToken.urgent.rawValue)
        try systemCall("prctl", clinux_become_subreaper())
        try systemCall("sigaction", clinux_notify_child_exit(equipment.childEnded.rawValue))
        let handover = Handover(equipment)
        let thread = Thread {
            clinux_name_thread("jobsup-watch")
            guard let equipment = handover.take() else { return }
            WatchLoop(equipment).run()
        }
        thread.start()
    }

    func post(_ message: Message) {
        mailbox.post(message)
    }
}
