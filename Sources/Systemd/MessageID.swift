import Logging

/// What happened, as one id for each kind of event: `journalctl MESSAGE_ID=…` finds all of a kind, and
/// the message catalog (`systemd/catalog/jobsup.catalog`) explains it in `journalctl -x`.
///
/// An id never changes its meaning and is never used again. Each case names the metadata that its text
/// in the catalog is filled in from.
package enum MessageID: String, CaseIterable, Sendable {
    // The daemon.

    /// `version`, `pools`: how many.
    case daemonStarted = "5df78fefbe2f49e5a218d3ecd485229a"
    /// A stop was asked for. `jobs`: how many still run.
    case daemonDraining = "82f29b05bb194788830a9b20d27c7a4b"
    /// What still runs is cut off and goes back.
    case daemonHurried = "f7e046c250674df2b939b4b1bd3b07e0"
    /// The configuration was read again. `reason`: what became of the pools.
    case daemonReloaded = "7c90ce4bde9044ef9300a418b00d9d9b"
    /// The new configuration is wrong, and nothing has changed. `reason`.
    case reloadFailed = "3b02fceea4f347a58c8083b69847ec40"
    case daemonStopped = "b9e6e20b564d47e8ba60f564943db70e"
    /// Another daemon has the state or runtime directory. `reason`.
    case daemonRefused = "2073f808baac4f11a25a7bb41edc2430"
    /// The store, a directory or a socket cannot be used. `reason`.
    case daemonStartFailed = "b44a90bbfbe0410994c75f69b30790d9"
    /// `reason`.
    case configurationInvalid = "46bdecad585a4f07bb8c53c3a3c174f2"

    // Workers and pools.

    /// `pool`, `worker`, `pid`.
    case workerStarted = "af5c168d1f21457ea33c98bd82bd2ef3"
    /// With an exit code. `pool`, `worker`, `pid`, `status`: how it ended, in words.
    case workerExited = "3ff526c03ddb4da4b439d590a243e1c4"
    /// By a signal that the daemon did not send. `pool`, `worker`, `pid`, `status`, `signal`.
    case workerKilled = "4205920190dd4e7c82b892cec1a20f95"
    /// By the kernel, for want of memory. `pool`, `worker`, `pid`, `status`, `peak_rss_bytes`.
    case workerOutOfMemory = "fa8d0c9e474a48b69e409d70063c0445"
    /// It does not end though it was killed. `pool`, `worker`, `pid`.
    case workerUnkillable = "d1b93c0f3b47423e8452aaf852d1600f"
    /// `pool`, `worker`, `pid`, `rss_bytes`, `limit_bytes`.
    case memoryWarning = "84515bbfb7f947b29ffec35be2240aa7"
    /// Its workers die too often. `pool`, `reason`.
    case poolDegraded = "b9fbf19c349c4944b218266572208ae0"
    /// A worker asked for no other start. `pool`, `reason`.
    case poolHeld = "6afd4d93224b4623bbb30c5e670fb3c0"
    /// `pool`.
    case poolRecovered = "dd038867de7546f49c2f3fbcf05bc4e2"
    /// `pool`, `generation`.
    case rolloutStarted = "e8eac735068a4fa090831e6b0c26f8bf"
    case rolloutFinished = "52057680880340a0ad4a2663375e9b58"
    /// The new generation is taken back. `pool`, `generation`, `reason`.
    case rolloutFailed = "3d7bf693b3f747b7b07fe6a8e5fdd749"
    /// `pool`, `reason`.
    case spawnFailed = "7dcd989ed19d4662bfc24702ac7570cf"
    /// `pool`, `from`, `to`.
    case poolScaled = "b50bf3b941c246688a435363ed1274ce"
    /// The length of its queue, which is somebody else's, cannot be had. `pool`, `reason`.
    case signalFailed = "d8ea654ed54b42f388003466b019b713"
    /// `pool`.
    case signalRecovered = "d1bb72842f604cfb82825a428500ed6b"

    // Jobs: `job`, `type`, `queue`, `attempt`, `worker`, `reason`.

    /// Its worker died.
    case jobRequeued = "fd5b77b667e84011acb38707a7b6897c"
    /// For good.
    case jobFailed = "72d54152f10f40a9b29cdfafedd45f49"
    case jobTimedOut = "fc545959f1de4efda78d0d55e2c628c6"
    /// It killed too many workers.
    case jobQuarantined = "f757cb08dd3c46f088bdffcb4644284f"

    // The store and the sockets.

    /// `code`, `reason`.
    case storeFailed = "cf3156175603406781bc18e701d5ffcf"
    case storeRecovered = "23f65d8873e4457bbbcaed1513d94049"
    /// `socket`, `reason`.
    case connectionRefused = "960fe1dcac7943e0ba1159b6a1416ed6"

    /// The key of log metadata under which an id goes to the journal.
    package static let metadataKey = "message_id"
}

extension Logger {
    /// Logs an event that has an entry in the message catalog.
    package func event(
        _ id: MessageID,
        level: Logger.Level,
        _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata = [:],
        file: String = #fileID,
        function: String = #function,
        line: UInt = #line
    ) {
        log(
            level: level,
            message(),
            metadata: metadata().merging([MessageID.metadataKey: "\(id.rawValue)"]) { _, id in id },
            file: file,
            function: function,
            line: line
        )
    }
}
