import Foundation

/// What a program that a handler starts gets without being given it.
struct Inheritance: Encodable {
    /// Whether it could speak to the daemon in the worker's name.
    let hasToken: Bool
    /// How many connections to the daemon it would hold open.
    let connections: Int

    static func now() throws -> Inheritance {
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(CInt.init)
        let socket = ProcessInfo.processInfo.environment["JOBSUP_SOCKET"]
        let inherited = descriptors.filter { fcntl($0, F_GETFD) & FD_CLOEXEC == 0 && peerPath(of: $0) == socket }
        return Inheritance(hasToken: getenv("JOBSUP_TOKEN") != nil, connections: inherited.count)
    }

    /// Where the socket of this descriptor is connected to.
    private static func peerPath(of descriptor: CInt) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        return withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
