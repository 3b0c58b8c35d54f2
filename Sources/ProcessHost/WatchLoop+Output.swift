import CLinux
import Logging

/// Reading what processes write, no faster than it is dealt with.
extension WatchLoop {
    func readOutput(_ stream: OutputLine.Stream, of process: WatchedProcess) {
        process.read(stream, through: buffer)
        if process.flow.isFull, !process.isPaused { pauseOutput(of: process) }
    }

    func resumeOutput(of process: WatchedProcess) {
        process.isPaused = false
        do throws(SystemCallFailure) {
            for (reader, stream) in [(process.output, OutputLine.Stream.output), (process.errors, .error)] {
                guard let reader else { continue }
                let token = WatchToken.output(process.id, stream).rawValue
                try equipment.all.add(rawValue: reader.descriptor, token: token)
            }
        } catch {
            // What it writes is read at its end, unless the pipe is full before. Better than killing a program that runs.
            equipment.logger.error("cannot follow the output of process \(process.processID): \(error)")
        }
    }

    /// Both pipes: their lines share one limit. Whoever lets go of enough resumes them by a message, which is read after this.
    private func pauseOutput(of process: WatchedProcess) {
        process.isPaused = true
        for reader in [process.output, process.errors] {
            if let reader { equipment.all.remove(rawValue: reader.descriptor) }
        }
    }
}
