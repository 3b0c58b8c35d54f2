/// How much of what handlers say is sent, in bytes of UTF-8: a frame beyond `max_frame` would end the connection, and with
/// it all jobs of the process. The library for Python has the same limits.
enum TextLimit {
    /// The message of an error, and the reason of a retry, a snooze or a discard.
    static let message = 16 * 1024
    /// The message of a progress report.
    static let progress = 4 * 1024
    /// The name of an error's type, and the stage of a progress report.
    static let name = 200
}
