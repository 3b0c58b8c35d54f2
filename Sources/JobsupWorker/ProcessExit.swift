#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How a worker's process ends by itself.
enum ProcessExit {
    static func success() -> Never {
        exit(EXIT_SUCCESS)
    }

    static func failure(_ reason: String) -> Never {
        // To the descriptor, not to the C stream: it is a global variable that any thread may hold.
        var line = "jobsup worker: \(reason)\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(EXIT_FAILURE)
    }
}
