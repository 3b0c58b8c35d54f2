/// Jobs that wait, first come, first served; a job whose worker was killed goes to the front.
struct JobQueue {
    private var jobs: [Int] = []
    private var head = 0
    private var returned: [Int] = []

    var count: Int { jobs.count - head + returned.count }
    var first: Int? { returned.last ?? (head < jobs.count ? jobs[head] : nil) }

    mutating func append(_ job: Int) {
        jobs.append(job)
    }

    mutating func putBack(_ job: Int) {
        returned.append(job)
    }

    mutating func removeFirst() {
        if returned.popLast() == nil { head += 1 }
        // Memory for what waits, not for all that ever did.
        if head > 4096, head * 2 > jobs.count {
            jobs.removeFirst(head)
            head = 0
        }
    }
}
