import SeededRandom
import Supervision
import Testing

@Suite struct MemoryAdmissionTests {
    @Test func whatIsPromisedCountsAsTaken() {
        var admission = MemoryAdmission(
            availableBytes: 1000, running: [(expectedBytes: 300, usedBytes: 100), (expectedBytes: 50, usedBytes: 500)])
        #expect(admission.freeBytes == 800)
        #expect(admission.admit(801) == false)
        #expect(admission.admit(500) == true)
        #expect(admission.admit(301) == false)
        #expect(admission.admit(300) == true)
        #expect(admission.freeBytes == 0)
        #expect(admission.admit(0) == true)
        #expect(admission.admit(1) == false)
    }

    @Test func moreIsPromisedThanThereIs() {
        var admission = MemoryAdmission(availableBytes: 100, running: [(expectedBytes: 300, usedBytes: 0)])
        #expect(admission.freeBytes == 0)
        #expect(admission.admit(1) == false)
    }

    /// Whatever is asked for, no more is given than was free.
    @Test func noMoreIsGivenThanThereIs() {
        for seed in UInt64(0)..<500 {
            var random = SeededRandom(seed: seed)
            let free = Int.random(in: 0...1000, using: &random)
            var admission = MemoryAdmission(availableBytes: free, running: [])
            var given = 0
            for _ in 0..<20 {
                let need = Int.random(in: 0...200, using: &random)
                let left = free - given
                let isGiven = admission.admit(need)
                if isGiven { given += need }
                #expect(isGiven == (need <= left), "seed \(seed)")
            }
            #expect(given <= free && admission.freeBytes == free - given, "seed \(seed)")
        }
    }
}
