import Simulation

/// What the benchmark was asked for.
struct BenchmarkOptions {
    /// Parameters were chosen on these,
    private static let tuningSeeds: [UInt64] = Array(1...10)
    /// and are reported on those.
    private static let reportedSeeds: [UInt64] = Array(21...30)

    static let usage = """
        usage: ScalingBenchmark [--json | --markdown] [--tuning] [--pictures DIRECTORY]
                                [--workloads NAME,…] [--seeds COUNT]
               ScalingBenchmark --tune [--workloads NAME,…] [--seeds COUNT]
          --markdown   the tables of Scaling.md
          --tuning     on the seeds that the parameters were chosen on, not on the reported ones
          --pictures   writes an SVG of the first seed for each workload and policy
          --workloads  these alone: \(Workload.standard.map(\.name).joined(separator: ", "))
          --seeds      the first of the seeds alone
          --tune       tries values of each parameter, and prints what came of them
        """

    enum Form { case text, json, markdown }

    private(set) var form = Form.text
    private(set) var tunes = false
    private(set) var asksForHelp = false
    /// The last one that was given.
    private(set) var pictures: String?
    private(set) var workloads = Workload.standard
    private(set) var seeds = reportedSeeds

    /// `nil` when they are not understood.
    init?(_ arguments: [String]) {
        var left = arguments[...]
        var count: Int?
        while let argument = left.popFirst() {
            switch argument {
            case "--help", "-h": asksForHelp = true
            case "--json": form = .json
            case "--markdown": form = .markdown
            case "--tuning": seeds = Self.tuningSeeds
            case "--tune": (tunes, seeds) = (true, Self.tuningSeeds)
            case "--pictures":
                guard let directory = left.popFirst() else { return nil }
                pictures = directory
            case "--workloads":
                let names = left.popFirst()?.split(separator: ",").map(String.init) ?? []
                workloads = names.compactMap { name in Workload.standard.first { $0.name == name } }
                guard !names.isEmpty, workloads.count == names.count else { return nil }
            case "--seeds":
                guard let number = left.popFirst().flatMap(Int.init), number > 0 else { return nil }
                count = number
            default: return nil
            }
        }
        if let count { seeds = Array(seeds.prefix(count)) }
    }
}
