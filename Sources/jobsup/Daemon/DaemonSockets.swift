import Foundation

/// Where the daemon listens, and why it may not be heard there.
struct DaemonSockets: Sendable {
    let directory: String

    /// The HTTP API.
    var api: String { directory + "/api.sock" }
    /// Frames, for streams of jobs.
    var client: String { directory + "/client.sock" }

    /// Why nobody can be reached at `socket`, with what to do about it.
    func unreachable(_ socket: String, because reason: String) -> Complaint {
        let isOther = directory != "/run/jobsup"
        let start = "Is it running? systemctl status supervisor"
        let (why, hint): (String, String)
        if access(directory, X_OK) != 0, errno == EACCES {
            (why, hint) = ("this user may not enter \(directory)", Self.joining(groupOf: directory))
        } else if access(socket, F_OK) != 0 {
            let place = isOther ? "; --socket-directory or JOBSUP_RUNTIME_DIRECTORY says where to look" : ""
            (why, hint) = ("there is no such socket", start + place)
        } else if access(socket, W_OK) != 0 {
            (why, hint) = ("this user may not use it", Self.joining(groupOf: socket))
        } else {
            (why, hint) = (reason, start)
        }
        return Complaint("cannot reach jobsupd at \(socket): \(why)", hint: hint, .unreachable)
    }

    private static func joining(groupOf path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0, let group = getgrgid(status.st_gid), let name = group.pointee.gr_name else {
            return "ask root for membership in the socket's group"
        }
        return "its group may: sudo usermod -aG \(String(cString: name)) \(NSUserName()), then log in again"
    }
}
