/// What became of a wish to scale.
struct ScaleDocument: Decodable {
    let from: Int
    let to: Int
    let reason: String
    let dryRun: Bool
    let pool: PoolDocument
}

/// What a person has set for a pool.
struct ManualScaleDocument: Decodable {
    let who: String
    let until: String?
    let processes: Int?
    let min: Int?
    let max: Int?
}

/// How a pool is scaled now.
struct ScalingDocument: Decodable {
    let pool: String
    let policy: String
    let rules: Rules?
    let `class`: String
    let manual: ManualScaleDocument?
    let wanted: Int
    let min: Int
    let max: Int
    let seen: Seen
    let signal: Signal?
    let decision: Decision

    /// What the policy goes by.
    struct Rules: Decodable {
        let targetWaitSeconds: Double?
        let up: Level?
        let down: Level?
        let upCooldownSeconds: Double?
        let downCooldownSeconds: Double?

        struct Level: Decodable {
            let queueDepth: Double?
            let queueLatencySeconds: Double?
            let cpuFraction: Double?
            let memoryFraction: Double?
        }
    }

    /// Where a service pool's queue is read, and how that goes.
    struct Signal: Decodable {
        let source: String
        let everySeconds: Double
        let ageSeconds: Double?
        let depth: Int?
        let oldestSeconds: Double?
        let error: String?
        let hint: String?
    }

    struct Decision: Decodable {
        let from: Int
        let to: Int
        let rule: String
        let reason: String
        let figures: [String: Double]
    }

    struct Seen: Decodable {
        let starting: Int
        let idle: Int
        let busy: Int
        let leaving: Int
        let slotsPerWorker: Int
        let runningJobs: Int
        let queueDepth: Int?
        let oldestWaitSeconds: Double?
        let bootSeconds: Double
        let workerBytes: Int?
        let cpuFraction: Double?
        let memoryFraction: Double?
        let availableBytes: Int?
        let pressureCpuPercent: Double?
        let pressureMemoryPercent: Double?
        let pressureIoPercent: Double?
    }
}

struct ScalingHistoryDocument: Decodable {
    let decisions: [Decision]

    struct Decision: Decodable {
        let at: String
        let from: Int
        let to: Int
        let rule: String
        let reason: String
        let who: String?
    }
}

struct PastJobsDocument: Decodable {
    let jobs: [[Double]]
    let after: String?
}
