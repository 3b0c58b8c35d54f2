import Foundation
import JobModel
import Testing

@testable import jobsup

/// What people see of the daemon's documents.
@Suite struct DocumentTextTests {
    /// Two minutes after the start of the epoch, where the documents play.
    private let now = Timestamp(milliseconds: 120_000)

    private func text(_ json: String, _ style: Style = .plain) throws -> String {
        let answer = Answer<JobDocument>(data: Data(json.utf8))
        return JobText(job: try answer.document, data: answer.data, style: style, now: now).text
    }

    private func job(_ members: String) -> String {
        #"{"task_id":"7","type":"mail","queue":"q","priority":3,"attempt":1,"max_attempts":5,"crashes":0,"#
            + #""timeout_seconds":30,"enqueued_at":"1970-01-01T00:01:00.000Z",\#(members)}"#
    }

    @Test func aRunningJob() throws {
        let json = job(
            #""status":"processing","attempts":[],"started_at":"1970-01-01T00:01:58.500Z","worker":"mail-1","#
                + #""request_id":"r-1","payload":{"n":1.0},"progress":{"current":3,"total":10,"percent":30,"stage":"s","message":"m"}"#
        )
        #expect(
            try text(json) == """
                job       7
                type      mail
                queue     q
                status    processing
                priority  high
                attempt   1 of 5
                timeout   30.0 s
                request   r-1
                enqueued  1970-01-01T00:01:00.000Z  1:00 min ago
                started   1970-01-01T00:01:58.500Z  1.5 s ago
                worker    mail-1
                progress  30 %  3/10  s  m
                payload   {"n":1.0}
                """)
    }

    @Test func aFailedJobShowsItsAttempts() throws {
        let json = job(
            #""status":"failed","crashes":0,"error":{"type":"ValueError","cause":"error","message":"bad\n\u001b[31mat x"},"#
                + #""attempts":[{"attempt":1,"worker":"mail-1","started_at":"1970-01-01T00:01:00.000Z","#
                + #""ended_at":"1970-01-01T00:01:00.250Z","cause":"crash","type":"SIGKILL","message":"killed\nmore"}]"#)
        let lines = try text(json).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.contains("error     ValueError (error): bad"))
        #expect(lines.contains("           [31mat x"))
        #expect(
            lines.suffix(2) == [
                "ATTEMPT  WORKER  RAN     ENDED                     CAUSE  WHAT",
                "      1  mail-1  250 ms  1970-01-01T00:01:00.250Z  crash  SIGKILL: killed",
            ])
        #expect(try text(json, Style(isColoured: true)).contains("status    \u{1B}[31mfailed\u{1B}[0m"))
    }

    @Test func anErrorWithoutWordsLeavesNoGap() throws {
        func line(_ error: String) throws -> String? {
            let json = job(#""status":"cancelled","crashes":0,"error":{"# + error + #"},"attempts":[]"#)
            return try text(json).split(separator: "\n").map(String.init).first { $0.hasPrefix("error") }
        }
        #expect(try line(#""type":"","cause":"cancelled","message":"""#) == "error     cancelled")
        #expect(try line(#""type":"X","cause":"error","message":"""#) == "error     X (error)")
        #expect(try line(#""type":"","cause":"error","message":"no""#) == "error     error: no")
    }

    @Test func aJobThatWaits() throws {
        let json = job(#""status":"pending","reason":"delayed","attempts":[],"run_at":"1970-01-01T00:02:10.000Z""#)
        #expect(try text(json).contains("status    pending (delayed)\n"))
        #expect(try text(json).contains("due       1970-01-01T00:02:10.000Z  in 10.0 s"))
    }

    @Test func contentsAreShownAsTheyAre() {
        func contents(_ members: String) -> JobContents { JobContents(Data("{\(members)}".utf8)) }
        #expect(contents(#""result":{"b":1.0,"a":[ ]}"#).result == .json(#"{"b":1.0,"a":[ ]}"#))
        #expect(contents(#""result":null"#).result == .json("null"))
        #expect(contents(#""result_base64":"aMOp""#).result == .text("hé"))
        #expect(contents(#""result_base64":"AAH/""#).result == .bytes(Data([0, 1, 255])))
        #expect(contents(#""result_base64":"YQBi""#).result == .bytes(Data([97, 0, 98])))
        #expect(contents("").result == nil && contents("").payload == nil)
        #expect(JobContents(Data("nonsense".utf8)).result == nil)
    }

    @Test func theStatusTellsOfTrouble() throws {
        let json = #"""
            {"version":"0.1.0","pid":42,"started_at":"1970-01-01T00:00:00.000Z","rss_bytes":33554432,"warnings":["w"],
             "store":{"kind":"sqlite","path":"/s/jobs.db","synchronous":"full","ok":false,"message":"no room"},
             "worker_limits":{"kind":"processes","message":"each by itself"},
             "totals":{"queued":1234,"completed":7,"failed":1},
             "queues":[{"name":"q","pending":0,"queued":1234,"processing":0,"oldest_queued_seconds":61.5,"pools":[],
                        "finished":{"completed":7,"failed":1,"timeout":1}}],
             "pools":[{"name":"p","kind":"socket","health":"degraded","reason":"many died","generation":1,
                       "rollout":{"state":"none"},"recycled":4,"ends":[],"removed":false,"wanted":3,"actual":1,"ready":0,"busy":1,"starting":0,"draining":0,
                       "backoff":2,"queues":["a","b"],"concurrency":1,"min":0,"max":5,"scaling":"fixed","restarts":2,"workers":[],
                       "last_exit":"exit 3"}]}
            """#
        let status = try Answer<StatusDocument>(data: Data(json.utf8)).document
        #expect(status.finished == 8)
        #expect(
            StatusText(status: status, style: .plain, now: now).text == """
                jobsupd 0.1.0  process 42  up 2:00 min  32.0 MiB
                store sqlite  /s/jobs.db  synchronous full  TROUBLE: no room
                limits each by itself
                jobs queued 1 234  processing 0  completed 7  failed 1
                warning: w

                QUEUE  PENDING  QUEUED  RUNNING  OLDEST    COMPLETED  FAILED  POOLS
                q            0   1 234        0  1:01 min          7       2  none

                POOL  KIND    HEALTH    WANTED  ACTUAL  READY  BUSY  BOUNDS  RESTARTS  RECYCLED  QUEUES  LAST EXIT
                p     socket  degraded       3       1      0     1     0-5         2         4  a,b     exit 3
                """)
    }

    @Test func aPoolTellsHowItsWorkersEnded() throws {
        let json = #"""
            {"name":"p","kind":"socket","health":"held","reason":"exit code 125","generation":2,
             "rollout":{"state":"running","done":1},"wanted":2,"actual":1,"ready":1,"busy":0,"starting":0,"draining":0,
             "removed":false,"backoff":1,"queues":["a"],"concurrency":1,"min":0,"max":5,"scaling":"fixed","restarts":1,"recycled":0,
             "ends":[{"worker":"p-1","at":"1970-01-01T00:01:00.000Z","message":"was killed by SIGSEGV","expected":false,
                      "jobs":["7"],"peak_rss_bytes":1048576,"stderr":["oh no"]}],
             "workers":[{"name":"p-2","pool":"p","pid":9,"state":"ready","since":"1970-01-01T00:01:00.000Z","jobs":[],
                         "completed":1,"failed":0,"rss_bytes":2097152,"note":"recycled after 9 jobs"}]}
            """#
        let pool = try Answer<PoolDocument>(data: Data(json.utf8)).document
        #expect(
            PoolText(pool: pool, style: .plain, now: now).text == """
                POOL  KIND    HEALTH  WANTED  ACTUAL  READY  BUSY  BOUNDS  RESTARTS  RECYCLED  QUEUES  LAST EXIT
                p     socket  held         2       1      1     0     0-5         1         0  a

                held: exit code 125
                to start all workers at once: jobsup pool resume p
                rollout: generation 2, 1 of 2 in place
                p-2: recycled after 9 jobs

                WORKER  POOL  PID  STATE  SINCE     DONE  FAILED  RSS      JOBS
                p-2     p       9  ready  1:00 min     1       0  2.0 MiB

                ENDED  AGO       PEAK     JOBS  HOW
                p-1    1:00 min  1.0 MiB  7     was killed by SIGSEGV

                last words of p-1:
                  oh no
                """)
    }

    @Test func aComplaintSaysWhatToDo() {
        let complaint = Complaint("no \u{1B}[31mqueue\nat all", hint: "did you mean 'mail'?\n\nqueues: mail", .notFound)
        #expect(complaint.text == "jobsup: no  [31mqueue\nat all\n  did you mean 'mail'?\n  queues: mail\n")
        #expect(Complaint("x", .refused).text == "jobsup: x\n")
    }

    @Test func anAnswerOfAnotherVersionIsSaidToBeOne() {
        let complaint = #expect(throws: Complaint.self) { try Answer<StatusDocument>(data: Data("{}".utf8)).document }
        #expect(complaint?.status == .refused && complaint?.hint?.contains("version") == true)
    }

    @Test func namesAreEscapedInPaths() {
        #expect(DaemonAPI.escaped("mail-1.x:y_z") == "mail-1.x:y_z")
        #expect(DaemonAPI.escaped("a/../b?c=d&e f#é") == "a%2F..%2Fb%3Fc%3Dd%26e%20f%23%C3%A9")
    }
}
