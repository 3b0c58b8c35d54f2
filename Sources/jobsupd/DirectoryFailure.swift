import Foundation

/// A directory of the daemon that cannot be made.
struct DirectoryFailure: Error, CustomStringConvertible {
    let path: String
    let message: String

    var description: String {
        "cannot make the directory \(path): \(message); make it by hand, owned by the daemon's user"
    }

    /// Makes a directory with this mode, whatever the umask; one that is there already stays as it is.
    static func orMake(_ path: String, mode: mode_t) throws(DirectoryFailure) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: Int(mode)])
        } catch {
            throw DirectoryFailure(path: path, message: error.localizedDescription)
        }
        guard chmod(path, mode) == 0 else {
            throw DirectoryFailure(path: path, message: String(cString: strerror(errno)))
        }
    }
}
