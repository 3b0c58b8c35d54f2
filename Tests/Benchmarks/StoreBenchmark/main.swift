import BareLoop
import Foundation

// Measures the SQLite store against a bare loop that runs the same statements, both durable:
//
//     swift run -c release StoreBenchmark [DIRECTORY] [ROUNDS] [NAME]
//
// The directory should lie on the disk that counts; a memory disk makes flushing free. NAME runs only the lines that
// contain it.

let arguments = CommandLine.arguments
let directory = arguments.count > 1 ? arguments[1] : FileManager.default.temporaryDirectory.path
let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5
let wanted = arguments.count > 3 ? arguments[3] : ""
let payloadBytes = 200

func fresh(_ name: String) -> String {
    let path = directory + "/bench-\(ProcessInfo.processInfo.processIdentifier)-\(name).db"
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    return path
}

func withDriver(_ body: (StoreDriver) -> Void) {
    let path = fresh("store")
    defer { _ = fresh("store") }
    do {
        let driver = try StoreDriver(path: path, payloadBytes: payloadBytes)
        body(driver)
        driver.close()
    } catch {
        fatalError("\(error)")
    }
}

func withBareLoop(_ body: (BareLoop) -> Void) {
    body(BareLoop(path: fresh("bare"), payloadBytes: payloadBytes))
    _ = fresh("bare")
}

func compareEnqueue(_ what: String, jobs: Int, batch: Int, clients: Int) {
    guard wanted.isEmpty || what.contains(wanted) else { return }
    var store = Rounds()
    var bare = Rounds()
    for _ in 0..<rounds {
        withDriver { driver in store.measure(jobs) { driver.enqueue(jobs, batch: batch, clients: clients) } }
        withBareLoop { loop in
            // A bare loop has no clients; it can only put as many into one transaction as wait at once.
            bare.measure(jobs) { for _ in 0..<(jobs / (batch * clients)) { loop.enqueue(batch * clients) } }
        }
    }
    Rounds.report(what, store: store, bare: bare)
}

func compareDrain(jobs: Int, batch: Int) {
    let what = "claim and complete, batches of \(batch)"
    guard wanted.isEmpty || what.contains(wanted) else { return }
    var store = Rounds()
    var bare = Rounds()
    for _ in 0..<rounds {
        withDriver { driver in
            driver.enqueue(jobs, batch: 500, clients: 1)
            store.measure(jobs) { driver.drain(jobs, batch: batch) }
        }
        withBareLoop { loop in
            for _ in 0..<(jobs / 500) { loop.enqueue(500) }
            bare.measure(jobs) { for _ in 0..<(jobs / batch) { loop.complete(batch) } }
        }
    }
    Rounds.report(what, store: store, bare: bare)
}

func comparePipeline(jobs: Int, batch: Int) {
    let what = "enqueue, claim, complete, batches of \(batch)"
    guard wanted.isEmpty || what.contains(wanted) else { return }
    var store = Rounds()
    var bare = Rounds()
    for _ in 0..<rounds {
        withDriver { driver in store.measure(jobs) { driver.pipeline(jobs, batch: batch) } }
        withBareLoop { loop in
            bare.measure(jobs) { for _ in 0..<(jobs / batch) { loop.enqueueAndComplete(batch) } }
        }
    }
    Rounds.report(what, store: store, bare: bare)
}

/// A million jobs that wait: what they take of memory, and what they add to a start.
func measureBacklog() throws {
    guard wanted.isEmpty || "a million waiting jobs".contains(wanted) else { return }
    let path = fresh("backlog")
    defer { _ = fresh("backlog") }
    let empty = try StoreDriver(path: path, payloadBytes: payloadBytes)
    empty.enqueue(1000, batch: 500, clients: 1)
    let before = residentMegabytes()
    empty.enqueue(1_000_000, batch: 500, clients: 1)
    let after = residentMegabytes()
    empty.close()
    let start = ContinuousClock.now
    let full = try StoreDriver(path: path, payloadBytes: payloadBytes)
    let claimed = full.claim(64)
    let opening = ContinuousClock.now - start
    full.close()
    print(
        "a million waiting jobs: RSS \(before) MB before, \(after) MB with them;",
        "opened and \(claimed) claimed in \(opening)")
}

func residentMegabytes() -> Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE)) / 1_000_000
}

try measureBacklog()
print("durable, \(payloadBytes)-byte payloads, medians of \(rounds) rounds        store      bare loop  ratio")
compareEnqueue("enqueue one by one, 1 client", jobs: 2000, batch: 1, clients: 1)
compareEnqueue("enqueue one by one, 8 clients", jobs: 8000, batch: 1, clients: 8)
compareEnqueue("enqueue in batches of 100", jobs: 100_000, batch: 100, clients: 1)
compareEnqueue("enqueue in batches of 500", jobs: 200_000, batch: 500, clients: 1)
compareDrain(jobs: 200_000, batch: 500)
comparePipeline(jobs: 100_000, batch: 100)
comparePipeline(jobs: 300_000, batch: 300)
comparePipeline(jobs: 400_000, batch: 500)
