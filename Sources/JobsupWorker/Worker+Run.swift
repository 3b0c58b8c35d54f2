import NIOCore
import NIOPosix
import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Worker {
    /// Runs jobs until the daemon or a signal asks the worker to stop, then exits the process: with 0, or with 1 after
    /// it wrote the reason to standard error. This is what a worker's `main` ends with.
    public func runAndExit() async -> Never {
        do {
            try await run()
        } catch {
            ProcessExit.failure(String(describing: error))
        }
        ProcessExit.success()
    }

    /// Runs jobs until the daemon or a signal asks the worker to stop.
    ///
    /// Asked to stop, the worker gives back what it has not started, finishes what it runs, and this function returns.
    /// When the connection is lost, running handlers are cancelled and this function throws; jobsup runs their jobs
    /// again elsewhere. Cancelling the task that runs this function cancels the handlers and stops. `JOBSUP_TOKEN`, which
    /// is good for one connection, is taken out of the environment.
    ///
    /// - Parameter handlingSignals: Whether SIGTERM and SIGINT mean ``drain()``, and once more cancels the handlers.
    ///   Say `false` when something else in the program handles signals, and have it call ``drain()``.
    /// - Throws: ``WorkerError``.
    public func run(handlingSignals: Bool = true) async throws {
        let environment = ProcessInfo.processInfo.environment
        // Before any handler runs: no child of one may inherit it.
        unsetenv("JOBSUP_TOKEN")
        try await run(environment: environment, handlingSignals: handlingSignals)
    }

    package func run(environment: [String: String], handlingSignals: Bool) async throws {
        let environment = try WorkerEnvironment(environment)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(environment, on: group.next(), handlingSignals: handlingSignals))
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        try result.get()
    }

    /// Stops ``run(handlingSignals:)`` gently: jobs not started go back, running ones are finished.
    public func drain() {
        current.withLock { $0 }?.drain(reason: "drained by its own program")
    }

    private func run(_ environment: WorkerEnvironment, on loop: any EventLoop, handlingSignals: Bool) async throws {
        let handlers = handlers.withLock { $0 }
        guard !handlers.isEmpty else { throw WorkerError.noHandlers }
        let hello = HelloFrame(
            slots: environment.slots, token: environment.token, build: build, types: handlers.keys.sorted())
        let runner = try await connect(
            to: environment.socketPath, on: loop, handlers: handlers, hello: hello,
            log: JobLog(isTagged: environment.tagsOutput))
        current.withLock { $0 = runner }
        defer { current.withLock { $0 = nil } }
        let signals = handlingSignals ? try await StopSignals(on: loop) { runner.drainOrStop(reason: $0) } : nil
        defer { signals?.cancel() }
        try await withTaskCancellationHandler {
            try await runner.run()
        } onCancel: {
            runner.stop(reason: "cancelled by its own program")
        }
    }

    private func connect(
        to path: String, on loop: any EventLoop, handlers: [String: JobHandler], hello: HelloFrame, log: JobLog
    ) async throws -> JobRunner {
        do {
            return try await ClientBootstrap(group: loop).connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.closeOnExec()
                    let runner = JobRunner(
                        channel: channel, handlers: handlers, slots: Int(hello.slots), log: log)
                    try channel.pipeline.syncOperations.addHandler(WorkerChannelHandler(hello: hello, runner: runner))
                    return runner
                }
            }
        } catch {
            throw WorkerError.notConnected(path: path, reason: String(describing: error))
        }
    }
}
