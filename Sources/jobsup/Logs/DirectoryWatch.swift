import Foundation

/// Tells when something in a directory changes: files that grow, come, go or are renamed.
final class DirectoryWatch {
    /// Readable when something has changed.
    let descriptor: CInt

    /// The file may be a link: both are watched, the place of the link and that of what it leads to.
    init(directoryOf path: String) throws(Complaint) {
        descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)
        let target = (path as NSString).resolvingSymlinksInPath
        for directory in Set([path, target].map({ ($0 as NSString).deletingLastPathComponent })) {
            guard inotify_add_watch(descriptor, directory.isEmpty ? "." : directory, events) >= 0 else {
                let why = String(cString: strerror(errno))
                close(descriptor)
                throw OpenedLog.unreadable(path, "its directory cannot be watched: \(why)")
            }
        }
    }

    deinit { close(descriptor) }

    /// Forgets what was told so far.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while Glibc.read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
