import JobModel
import JobStore
import Logging
import ServiceLifecycle

/// Drops finished jobs and results whose time is over.
struct Pruning: Service {
    let store: any JobStore
    let settings: DaemonSettings
    let time: TimeSource
    let logger: Logger

    private static let interval: Duration = .seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                if Task.isCancelled { return }
                await prune()
            }
        }
    }

    private func prune() async {
        let now = time.now()
        do throws(StoreError) {
            let count = try await store.prune(
                history: now - settings.history, results: now - settings.resultTimeToLive)
            if count > 0 { logger.debug("pruned \(count) finished jobs") }
        } catch {
            logger.warning("cannot prune finished jobs: \(error)")
        }
    }
}
