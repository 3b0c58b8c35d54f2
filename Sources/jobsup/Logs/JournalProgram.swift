import Foundation

/// A running `journalctl`, which ends with this value.
final class JournalProgram {
    /// The descriptor that its output is read from.
    let output: CInt
    private let errors: FileHandle
    private var process: pid_t
    private static let name = "journalctl"
    private static let blockBytes = 256 << 10

    init(_ arguments: [String]) throws(Complaint) {
        // A file, for a pipe that nobody reads meanwhile could fill up.
        guard let errors = Self.temporaryFile() else {
            throw Complaint("cannot make a temporary file: \(String(cString: strerror(errno)))", .noLog)
        }
        self.errors = errors
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Complaint("cannot make a pipe: \(String(cString: strerror(errno)))", .noLog)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        process = 0
        _ = fcntl(output, F_SETFL, fcntl(output, F_GETFL) | O_NONBLOCK)
        let problem = Self.start([Self.name] + arguments, output: ends[1], errors: errors.fileDescriptor, &process)
        close(ends[1])
        guard problem == 0 else {
            throw Complaint(
                "cannot run journalctl, which reads the journal: \(String(cString: strerror(problem)))",
                hint: "is it in PATH? it comes with systemd", .noLog)
        }
    }

    deinit {
        close(output)
        if process > 0 {
            // It has nothing to put in order.
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
    }

    /// What has come: nothing when there is nothing for now, `nil` at the end.
    func next() -> ArraySlice<UInt8>? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.blockBytes) { buffer, initialized in
            repeat { count = Glibc.read(output, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
            initialized = max(0, count)
        }
        if count > 0 { return bytes[...] }
        return count < 0 && errno == EAGAIN ? [] : nil
    }

    /// That it keeps entries back, as soon as it says so: in its words it goes on then, and may wait for ever.
    func refusal() -> Complaint? {
        let words = self.words
        guard words.contains("not seeing messages") || words.contains("insufficient permissions") else { return nil }
        let hint = "sudo usermod -aG systemd-journal \(NSUserName()), then log in again; or ask as root"
        return Complaint("this user may not read the journal of the system", hint: hint, .noLog)
    }

    /// Waits for its end; says what was wrong.
    func complaint() -> Complaint? {
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        process = 0
        if let refusal = refusal() { return refusal }
        guard status != 0 else { return nil }
        let words = self.words
        return Complaint("journalctl could not read the journal: \(words.isEmpty ? "status \(status)" : words)", .noLog)
    }

    /// What it wrote to standard error.
    private var words: String {
        errors.seek(toFileOffset: 0)
        return String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Without a shell, and not in a process group of its own: what a terminal interrupts is both.
    private static func start(
        _ words: [String], output: CInt, errors: CInt, _ process: inout pid_t
    ) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // It would inherit that this command ignores SIGPIPE, and that its threads leave signals to others.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        let (arguments, environment) = (words.map { strdup($0) } + [nil], variables.map { strdup($0) } + [nil])
        defer { (arguments + environment).forEach { free($0) } }
        return posix_spawnp(&process, name, &actions, &attributes, arguments, environment)
    }

    /// One without a name.
    private static func temporaryFile() -> FileHandle? {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString)").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
