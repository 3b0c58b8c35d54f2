import BareLoop
import Foundation

// Loads that `make bench` puts on a running daemon, and the bare loop that it is measured against. Each prints one
// JSON object. Sockets are given by their paths.
//
//     LoadGenerator http SOCKET TYPE JOBS CONNECTIONS     one request for each job, over HTTP
//     LoadGenerator starts SOCKET TYPE JOBS PER_SECOND FIFO
//                                                         workers write into FIFO when a job starts
//     LoadGenerator bare FILE WORK JOBS BATCH             WORK: enqueue, complete or both

/// A payload of 200 bytes: a JSON string.
let payload = "\"" + String(repeating: "x", count: 198) + "\""

func number(_ index: Int) -> Int {
    guard arguments.indices.contains(index), let number = Int(arguments[index]), number > 0 else {
        fatalError("argument \(index) must be a number above 0")
    }
    return number
}

func report(_ figures: [String: Double]) {
    let members = figures.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    print("{\(members.joined(separator: ","))}")
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "http":
    let load = HTTPLoad(socket: arguments[2], type: arguments[3], jobs: number(4), connections: number(5))
    report(try load.run())
case "starts":
    let load = StartLoad(
        socket: arguments[2], type: arguments[3], jobs: number(4), perSecond: number(5), fifo: arguments[6])
    report(try await load.run())
case "bare":
    let bare = BareLoop(path: arguments[2], payloadBytes: payload.utf8.count)
    report(["per_second": BareRate(loop: bare, jobs: number(4), batch: number(5)).of(arguments[3])])
default:
    fatalError("http, starts or bare?")
}
