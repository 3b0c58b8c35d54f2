import Simulation
import Testing

@Suite struct TraceTests {
    @Test func whatWasWrittenIsReadAgain() throws {
        let trace = Workload.heavyTail.trace(seed: 3)
        #expect(try Trace(text: trace.text).jobs == trace.jobs)
    }

    @Test func commentsAndBlanksArePassedOver() throws {
        let text = "# from the journal\r\narrival_seconds,service_seconds\n\n 2 , 0.5 \n1,3"
        let jobs = try Trace(text: text).jobs
        #expect(jobs == [.init(arrivalSeconds: 1, serviceSeconds: 3), .init(arrivalSeconds: 2, serviceSeconds: 0.5)])
    }

    @Test func endsOfLinesAreThoseOfAnySystem() throws {
        let lines = ["arrival_seconds,service_seconds", "1,3", "2,0.5", ""]
        for end in ["\n", "\r\n", "\r"] {
            #expect(try Trace(text: lines.joined(separator: end)).jobs.map(\.arrivalSeconds) == [1, 2])
        }
    }

    @Test func unixTimesBeginWithTheFirst() throws {
        let trace = try Trace(text: "1700000002.5,1\n1700000001.25,2\n")
        #expect(trace.jobs.map(\.arrivalSeconds) == [0.25, 1.5] && trace.seconds == 1.5)
    }

    @Test(arguments: [
        ("", TraceError.noJobs), ("# nothing\n", .noJobs), ("1,2\n3", .noTwoFields(line: 2, text: "3")),
        ("1,2,3", .noTwoFields(line: 1, text: "1,2,3")), ("1,2\n\nx,2", .noNumber(line: 3, text: "x")),
        ("1,inf", .noNumber(line: 1, text: "inf")), ("1,", .noNumber(line: 1, text: "")),
        ("-1,2", .negative(line: 1, text: "-1")), ("0,1e300", .tooLong), ("0,1\n1e300,1", .tooLong),
    ])
    func otherTextIsRefused(text: String, error: TraceError) {
        #expect(throws: error) { try Trace(text: text) }
        if error == .noJobs || error == .tooLong { return }
        #expect(error.description.hasPrefix("line "))
    }

    @Test func everyWorkloadFitsItsPool() {
        for workload in Workload.standard {
            let trace = workload.trace(seed: 5)
            #expect(trace == workload.trace(seed: 5))
            #expect(trace != workload.trace(seed: 6))
            let settings = workload.settings(seed: 5)
            let oracle = Oracle(trace, target: settings.targetSeconds, least: settings.range.lowerBound)
            #expect(oracle.peak < Double(settings.range.upperBound))
            #expect(trace.jobs.count > 200)
        }
        #expect(Set(Workload.standard.map(\.name)).count == Workload.standard.count)
    }
}
