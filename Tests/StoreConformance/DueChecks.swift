import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let dueChecks: [StoreCheck] = [
    .on("a delayed job runs when it is due, not before") { bench in
        let late = try await bench.enqueue(Bench.job(runAt: 60))
        let soon = try await bench.enqueue(Bench.job(runAt: 30))
        #expect(bench.store.claim(from: ["default"], limit: 5).isEmpty)
        let record = try await bench.record(late)
        #expect(record.state == .pending && record.reason == .delayed && record.runAt == Bench.time(60))
        #expect(try await bench.store.promoteDue(at: Bench.time(29)) == Bench.time(30))
        #expect(bench.store.claim(from: ["default"], limit: 5).isEmpty)
        #expect(try await bench.store.promoteDue(at: Bench.time(30)) == Bench.time(60))
        #expect(try await bench.claimOne().id == soon)
        #expect(try await bench.store.promoteDue(at: Bench.time(90)) == nil)
        #expect(try await bench.claimOne().id == late)
        #expect(bench.counts().line == "pending 0 queued 0 processing 2")
    },
    .on("promoted jobs take the place of their age") { bench in
        let delayed = try await bench.enqueue((0..<20).map { Bench.job(runAt: 100 - Int64($0)) })
        let queued = try await bench.enqueue(Bench.jobs(20))
        _ = try await bench.store.promoteDue(at: Bench.time(100))
        #expect(try await bench.claim(40).map(\.id) == delayed + queued)
    },
    .on("more jobs due than fit at hand come all, in order") { bench in
        let queued = try await bench.enqueue(Bench.jobs(60))
        let delayed = try await bench.enqueue((0..<1200).map { Bench.job(runAt: 1 + Int64($0 * 7 % 900)) })
        #expect(try await bench.store.promoteDue(at: Bench.time(450)) == Bench.time(451))
        let half = zip(delayed, 0..<1200).filter { $0.1 * 7 % 900 < 450 }.map(\.0)
        #expect(bench.counts().queued == 60 + half.count)
        #expect(try await bench.claim(60 + half.count).map(\.id) == queued + half)
        _ = try await bench.store.promoteDue(at: Bench.time(2000))
        let rest = zip(delayed, 0..<1200).filter { $0.1 * 7 % 900 >= 450 }.map(\.0)
        #expect(try await bench.claim(rest.count).map(\.id) == rest)
    },
    .on("jobs that become due before those at hand go first") { bench in
        let early = try await bench.enqueue((0..<300).map { Bench.job(runAt: 10 + Int64($0 % 3)) })
        let queued = try await bench.enqueue(Bench.jobs(300))
        let running = try await bench.claim(20)
        for second in 10...12 { _ = try await bench.store.promoteDue(at: Bench.time(Int64(second))) }
        bench.store.release(running.map(\.lease))
        try await bench.settleDown()
        #expect(bench.counts().queued == 600)
        #expect(try await bench.claim(600).map(\.id) == early + queued)
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
    },
    .on("the owner hears of an earlier due time, and only of that") { bench in
        #expect(try await bench.store.promoteDue(at: Bench.start) == nil)
        try await bench.enqueue(Bench.job(runAt: 60))
        try await bench.signals.wait("due") { $0.due == [Bench.time(60)] }
        try await bench.enqueue(Bench.job(runAt: 90))
        try await bench.enqueue(Bench.job(runAt: 30))
        try await bench.signals.wait("due") { $0.due == [Bench.time(60), Bench.time(30)] }
        #expect(try await bench.store.promoteDue(at: Bench.time(40)) == Bench.time(60))
        try await bench.settle(Bench.retry(at: 70), [try await bench.claimOne()])
        try await bench.enqueue(Bench.job())
        try await bench.settle(Bench.retry(at: 50), [try await bench.claimOne()])
        try await bench.signals.wait("due") { $0.due.last == Bench.time(50) }
        try await bench.settleDown()
        #expect(bench.signals.heard.due == [Bench.time(60), Bench.time(30), Bench.time(50)])
    },
    .on("a promotion is heard by who was given too little") { bench in
        try await bench.enqueue(Bench.job(runAt: 60))
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        _ = try await bench.store.promoteDue(at: Bench.time(60))
        try await bench.signals.wait("ready") { $0.ready == 1 }
    },
]
