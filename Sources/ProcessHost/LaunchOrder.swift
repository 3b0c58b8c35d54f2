import CLinux
import Glibc

/// What the launcher is told to become, in the form of `launch_order.h`.
struct LaunchOrder: Sendable {
    let request: SpawnRequest
    let path: String
    private let account: Account

    /// Whom it runs as.
    var user: UInt32 { account.user ?? geteuid() }

    /// Checks all that can be known without starting anything.
    init(_ request: SpawnRequest) throws(SpawnError) {
        try Self.checkTexts(of: request)
        try request.limits.check()
        path = try ExecutableSearch.find(request.executable, path: request.environment["PATH"])
        account = try Account(user: request.user, group: request.group)
        self.request = request
        var status = stat()
        guard stat(request.directory, &status) == 0 else {
            throw .directoryUnusable(request.directory, reason: SystemCallFailure.text(of: errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .directoryUnusable(request.directory, reason: SystemCallFailure.text(of: ENOTDIR))
        }
    }

    private static func checkTexts(of request: SpawnRequest) throws(SpawnError) {
        let texts = [request.executable, request.directory] + request.arguments + request.environment.values
        // A NUL would cut the text short without anybody noticing.
        if let text = texts.first(where: { $0.utf8.contains(0) }) {
            throw .invalidText("\"\(text)\" contains a NUL character")
        }
        for key in request.environment.keys where key.isEmpty || key.utf8.contains(0) || key.contains("=") {
            throw .invalidText("\"\(key)\" cannot be the name of an environment variable")
        }
        guard request.directory.hasPrefix("/") else {
            throw .directoryUnusable(request.directory, reason: "it is not an absolute path")
        }
    }

    func encoded(parent: Int32, marker: UInt64) -> [UInt8] {
        var flags: Int32 = 0
        if request.umask != nil { flags |= LAUNCH_SETS_UMASK }
        if account.user != nil { flags |= LAUNCH_SETS_USER }
        if account.group != nil { flags |= LAUNCH_SETS_GROUP }
        if request.limits.nice != nil { flags |= LAUNCH_SETS_NICE }
        if request.limits.oomScoreAdjust != nil { flags |= LAUNCH_SETS_OOM_SCORE }
        let groups = account.group == nil ? [] : account.groups
        let limits = request.limits.resources.map { launch_limit(resource: $0.number, reserved: 0, value: $1) }
        let environment = environment
        let header = launch_order(
            flags: UInt32(flags), umask: request.umask ?? 0, user: account.user ?? 0, group: account.group ?? 0,
            group_count: UInt32(groups.count), argument_count: UInt32(request.arguments.count + 1),
            environment_count: UInt32(environment.count), limit_count: UInt32(limits.count),
            nice: request.limits.nice ?? 0, oom_score: request.limits.oomScoreAdjust ?? 0, parent: parent,
            marker: marker)
        var bytes = withUnsafeBytes(of: header) { Array($0) }
        limits.withUnsafeBytes { bytes.append(contentsOf: $0) }
        groups.withUnsafeBytes { bytes.append(contentsOf: $0) }
        func append(_ text: String) {
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        }
        append(request.directory)
        append(path)
        append(request.executable)
        request.arguments.forEach(append)
        for (key, value) in environment { append("\(key)=\(value)") }
        return bytes
    }

    private var environment: [String: String] {
        var environment = request.environment.merging(account.environment) { given, _ in given }
        if let socket = request.notifySocket { environment["NOTIFY_SOCKET"] = socket.path }
        return environment
    }

    /// The error for what the launcher could not do.
    func error(for failure: launch_failure) -> SpawnError {
        let code = failure.code
        let reason = SystemCallFailure.text(of: code)
        let limits = request.limits
        if failure.step == LAUNCH_STEP_EXEC.rawValue {
            // The limits are set by then: it is they that leave no room, not the system.
            if code == ENOMEM, let limit = limits.addressSpaceBytes {
                return .limitTooLow(.addressSpaceBytes, limit: limit)
            }
            if code == EAGAIN, let limit = limits.processes { return .limitTooLow(.processes, limit: limit) }
        }
        if [EAGAIN, EMFILE, ENFILE, ENOMEM].contains(code) { return SpawnError(SystemCallFailure("start", code)) }
        switch launch_step(failure.step) {
        case LAUNCH_STEP_GROUP: return .userNotPermitted(request.group ?? request.user ?? "")
        case LAUNCH_STEP_USER: return .userNotPermitted(request.user ?? "")
        case LAUNCH_STEP_LIMIT: return limitError(failure)
        case LAUNCH_STEP_NICE: return .niceNotPermitted(limits.nice ?? 0)
        case LAUNCH_STEP_OOM_SCORE: return .oomScoreNotPermitted(limits.oomScoreAdjust ?? 0)
        case LAUNCH_STEP_CONTROL_GROUP:
            return .controlGroupUnusable(request.controlGroup?.name ?? "of the process", reason: reason)
        case LAUNCH_STEP_DIRECTORY: return .directoryUnusable(request.directory, reason: reason)
        case LAUNCH_STEP_EXEC: return executionError(code, reason: reason)
        default: return .launcherUnusable("(step \(failure.step))", reason: reason)
        }
    }

    private func limitError(_ failure: launch_failure) -> SpawnError {
        let resources = request.limits.resources
        guard Int(failure.index) < resources.count else {
            return .launcherUnusable("(limits)", reason: SystemCallFailure.text(of: failure.code))
        }
        let (resource, asked) = resources[Int(failure.index)]
        var allowed = failure.allowed
        // Even root gets no more descriptors than this.
        if resource == .openFiles, let text = ProcFile.read("/proc/sys/fs/nr_open"),
            let most = UInt64(text.prefix { $0.isNumber })
        {
            allowed = asked > most && allowed >= most ? most : min(allowed, most)
        }
        return .limitTooHigh(resource, asked: asked, allowed: allowed)
    }

    private func executionError(_ code: Int32, reason: String) -> SpawnError {
        switch code {
        case E2BIG: return .argumentsTooLong
        case ENOEXEC: return .wrongFormat(path)
        case ENOENT, EACCES, ELOOP, ENOTDIR:
            // The kernel's answer is the same for a script as for the interpreter which it names; the script was checked before.
            if let interpreter = ExecutableSearch.interpreter(of: path), access(interpreter, X_OK) != 0 {
                return .badInterpreter(script: path, interpreter: interpreter)
            }
            let detail = code == ENOENT ? "the loader that it names is missing" : reason
            return .notExecutable(path, reason: detail)
        default: return .notExecutable(path, reason: reason)
        }
    }
}
