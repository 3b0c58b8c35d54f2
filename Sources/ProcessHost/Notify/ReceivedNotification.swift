import CLinux
import Glibc

/// A message on a notify socket, and who the kernel says has sent it.
struct ReceivedNotification {
    let sender: Int32
    let user: UInt32
    /// Looked at early: the sender may end before it is known to whom it belongs.
    var marker: UInt64?
    var groupPath: String?
    /// `nil` when it is too long.
    let message: NotifyMessage?
    /// Open until whoever waits at the barrier may go on.
    let barrier: HeldDescriptor?

    /// `nil` when there is none at the moment.
    static func receive(
        from socket: NotifySocket, through buffer: UnsafeMutableRawBufferPointer
    ) -> ReceivedNotification? {
        var sender = clinux_sender()
        var descriptors = [Int32](repeating: -1, count: 16)
        var count: Int32 = 0
        let received = clinux_receive_notification(
            socket.descriptor.rawValue, buffer.baseAddress, min(buffer.count, NotifyParser.limitBytes), &sender,
            &descriptors, &count)
        guard received >= 0 else { return nil }
        // Whatever is not kept here closes at once.
        let held = descriptors.prefix(Int(count)).map(HeldDescriptor.init(owning:))
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<Int(received)])
        let message = sender.was_cut == 0 ? NotifyParser.parse(bytes) : nil
        let isBarrier = message?.barrier == true && held.count == 1
        return ReceivedNotification(
            sender: sender.pid, user: sender.uid, message: message, barrier: isBarrier ? held.first : nil)
    }
}
