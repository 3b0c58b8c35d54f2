import Foundation
import JobsupClient
import JobsupWorker

/// A worker for tests and benchmarks, with handlers that do well and badly in all the ways a worker can.
@main
struct SwiftWorkerFixture {
    private struct Nap: Decodable {
        var seconds: Double
    }

    private struct Steps: Decodable {
        var steps: Int
        /// Between two steps.
        var seconds: Double?
    }

    private struct Broken: Error, CustomStringConvertible {
        var description: String { "broken on purpose" }
    }

    static func main() async {
        let worker = Worker(build: "fixture")
        let stamps = StampFile(path: ProcessInfo.processInfo.environment["STAMPS"])
        worker.rawTask("noop") { _, _ in [] }
        worker.rawTask("echo") { payload, _ in payload }
        worker.task("sleep") { (nap: Nap, _: JobContext) in
            try await Task.sleep(for: .seconds(nap.seconds))
        }
        worker.rawTask("fail") { _, _ in throw Broken() }
        worker.rawTask("crash") { _, _ in
            kill(getpid(), SIGKILL)
            return []
        }
        // Blocks its thread and heeds nothing; only a signal that cannot be caught ends it.
        worker.rawTask("hang") { _, _ in
            while true { sleep(1000) }
        }
        worker.task("progress") { (plan: Steps, job: JobContext) -> [String: Int] in
            for step in 1...max(1, plan.steps) {
                job.progress(step, of: plan.steps, stage: "stepping", message: "step \(step)")
                try await Task.sleep(for: .seconds(plan.seconds ?? 0))
            }
            return ["steps": plan.steps]
        }
        worker.rawTask("say") { payload, job in
            job.log(String(decoding: payload, as: UTF8.self))
            return []
        }
        worker.rawTask("inheritance") { _, _ in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Array(try encoder.encode(Inheritance.now()))
        }
        worker.rawTask("follow_up") { payload, _ in
            Array("\"\(try await JobsupClient().enqueue("echo", bytes: payload).id)\"".utf8)
        }
        worker.rawTask("stamp") { payload, _ in
            stamps.write(sinceTimeIn: payload)
            return []
        }
        await worker.runAndExit()
    }
}
