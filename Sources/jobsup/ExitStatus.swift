import ArgumentParser

/// How the command ends. Scripts rely on the numbers: never change one.
enum ExitStatus: Int32 {
    /// A job that was waited for did not complete.
    case jobFailed = 1
    /// There is no such job, pool or queue.
    case notFound = 3
    /// The daemon cannot be reached.
    case unreachable = 4
    /// The daemon refused, or its answer cannot be understood.
    case refused = 5
    /// The time to wait was over.
    case timedOut = 6
    /// The arguments or the input are not right; the number is that of sysexits.h, which ArgumentParser uses.
    case wrongInput = 64
    /// There is no log that could be read. EX_NOINPUT of sysexits.h.
    case noLog = 66
    /// The results could not be written: the disk behind standard output is full, say. EX_IOERR of sysexits.h.
    case cannotWrite = 74
}
