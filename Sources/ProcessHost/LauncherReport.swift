import CLinux
import Glibc

/// What the launcher says over the control socket.
enum LauncherReport {
    case nothing
    case hello([HeldDescriptor], residentKiB: Int64)
    case failure(launch_failure)
    /// The program began, or the launcher died.
    case end

    static func receive(from control: Int32) -> LauncherReport {
        var bytes: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var descriptors = [Int32](repeating: -1, count: 16)
        var count = Int32(descriptors.count)
        return withUnsafeMutableBytes(of: &bytes) { buffer in
            let received = clinux_receive_message(control, buffer.baseAddress, buffer.count, &descriptors, &count)
            let inherited = descriptors.prefix(Int(count)).map(HeldDescriptor.init(owning:))
            guard received > 0 else { return received == -Int64(EAGAIN) ? .nothing : .end }
            switch launch_kind(buffer.load(as: UInt32.self)) {
            case LAUNCH_HELLO where received == MemoryLayout<launch_hello>.size:
                return .hello(inherited, residentKiB: buffer.load(as: launch_hello.self).max_resident_kib)
            case LAUNCH_FAILURE where received == MemoryLayout<launch_failure>.size:
                return .failure(buffer.load(as: launch_failure.self))
            default: return .end
            }
        }
    }
}
