import Engine
import Hummingbird
import JobModel
import TaskJSON

/// The routes of pools and workers.
extension API {
    func addPools(to api: RouterGroup<APIContext>) {
        api.get("pools") { _, _ in
            let pools = try await engine.pools().map(PoolDocument.init)
            return try JSONAnswer.response(PoolListDocument(pools: pools))
        }
        api.get("pools/:name") { _, context in
            let name = try context.parameters.require("name")
            guard let pool = try await engine.pools().first(where: { $0.settings.name == name }) else {
                throw unknownPool(name)
            }
            return try JSONAnswer.response(PoolDocument(pool))
        }
        api.post("pools/:name/rollout") { request, context in
            let name = try context.parameters.require("name")
            let command = try RolloutBody.command(try await body(of: request))
            guard let pool = try await engine.rollOut(name, command: command) else { throw unknownPool(name) }
            return try JSONAnswer.response(PoolDocument(pool), status: .accepted)
        }
        api.post("pools/:name/resume") { _, context in
            let name = try context.parameters.require("name")
            guard let pool = try await engine.resume(name) else { throw unknownPool(name) }
            return try JSONAnswer.response(PoolDocument(pool))
        }
        api.get("workers") { _, _ in
            let workers = try await engine.pools().flatMap(\.workers).map(WorkerDocument.init)
            return try JSONAnswer.response(WorkerListDocument(workers: workers))
        }
        api.post("reload") { _, _ in
            try await JSONAnswer.response(ReloadDocument(changes: reload.run()))
        }
    }

    func unknownPool(_ name: String) -> ErrorAnswer {
        ErrorAnswer(
            .notFound, code: "unknown_pool", message: "there is no pool '\(name)'", hint: "`jobsup pool` lists them")
    }
}
