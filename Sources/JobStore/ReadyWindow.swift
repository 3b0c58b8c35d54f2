/// How much of one lane may be in memory.
package struct ReadyWindow: Sendable {
    package let jobs: Int
    package let bytes: Int

    package init(jobs: Int, bytes: Int) {
        self.jobs = max(1, jobs)
        self.bytes = bytes
    }

    package static let unbounded = ReadyWindow(jobs: .max, bytes: .max)

    /// 4096 jobs of 200 bytes are 1.5 MB; at 100 000 jobs a second the half of them lasts 20 ms, several
    /// times what it takes to read the next half.
    package static let standard = ReadyWindow(jobs: 4096, bytes: 4 << 20)

    package func holds(jobs: Int, bytes: Int) -> Bool {
        // A job larger than the window still has to pass through it.
        jobs <= 1 || (jobs <= self.jobs && bytes <= self.bytes)
    }
}
