import CLinux
import Glibc

/// From the launcher's first word to the running program.
extension WatchLoop {
    func watch(_ process: WatchedProcess) {
        guard let control = process.control?.rawValue else { return }
        processes.insert(process)
        do throws(SystemCallFailure) {
            try equipment.urgent.add(rawValue: control, token: WatchToken.control(process.id).rawValue)
        } catch {
            abandon(process, because: SpawnError(error))
        }
    }

    func readControl(of process: WatchedProcess) {
        while let control = process.control?.rawValue {
            switch LauncherReport.receive(from: control) {
            case .nothing: return
            case .hello(let inherited, let residentKiB): greet(process, inherited, residentKiB)
            case .failure(let failure): process.failure = process.order.error(for: failure)
            case .end: beginProgram(of: process)
            }
        }
    }

    /// The launcher lives, or is a zombie at least: nobody can have reaped it while we hold its death watch.
    private func greet(_ process: WatchedProcess, _ inherited: [HeldDescriptor], _ residentKiB: Int64) {
        process.deathWatch = inherited
        process.residentBaselineKiB = residentKiB
        do throws(SystemCallFailure) {
            // The kernel drops what does not fit in the table of descriptors.
            guard !inherited.isEmpty else { throw SystemCallFailure("recvmsg", EMFILE) }
            let pidfd = Descriptor(owning: try systemCall("pidfd_open", clinux_pidfd_open(process.processID)))
            try equipment.urgent.add(pidfd, token: WatchToken.exit(process.id).rawValue)
            process.handle.attach(pidfd, processID: process.processID, group: process.group)
        } catch {
            abandon(process, because: SpawnError(error))
        }
    }

    func beginProgram(of process: WatchedProcess) {
        process.control = nil
        guard !process.deathWatch.isEmpty else {
            // Foundation noticed the end by itself, and has reaped it.
            if let again = process.again {
                forget(process, keepingHandle: true)
                return again()
            }
            return abandon(process, because: .launcherUnusable("jobsup-launch", reason: "it ended without a word"))
        }
        guard process.failure == nil else { return }
        process.onEvent(.started(processID: process.processID))
        resumeOutput(of: process)
    }

    /// Gives up a launch that cannot be followed: what cannot be seen must not run.
    private func abandon(_ process: WatchedProcess, because error: SpawnError) {
        // Without a death watch in our hands the launcher may be gone and reaped; its descriptors end it then.
        if !process.deathWatch.isEmpty || process.control != nil { kill(process.processID, SIGKILL) }
        forget(process)
        process.onEvent(.failed(error))
    }
}
