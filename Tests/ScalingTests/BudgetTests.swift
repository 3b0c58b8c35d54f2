import Scaling
import Testing

@Suite struct BudgetTests {
    typealias Request = ScalingBudget.Request

    @Test func classesAreServedInTheirOrder() {
        let requests = [
            Request(pool: "thumbnails", poolClass: .background, wanted: 9, minimum: 1),
            Request(pool: "mail", wanted: 9, minimum: 1),
            Request(pool: "payment", poolClass: .critical, wanted: 6, minimum: 2),
        ]
        #expect(ScalingBudget(processes: 12).grants(requests) == [1, 5, 6])
        #expect(ScalingBudget(processes: 3).grants(requests) == [0, 1, 2])
        #expect(ScalingBudget().grants(requests) == [9, 9, 6])
    }

    @Test func aClassIsSharedEvenly() {
        let requests = [Request(pool: "a", wanted: 9), Request(pool: "b", wanted: 2), Request(pool: "c", wanted: 9)]
        #expect(ScalingBudget(processes: 10).grants(requests) == [4, 2, 4])
    }

    @Test func memoryCountsToo() {
        let requests = [
            Request(pool: "small", wanted: 9, workerBytes: 10), Request(pool: "large", wanted: 9, workerBytes: 100),
        ]
        #expect(ScalingBudget(memoryBytes: 350).grants(requests) == [5, 3])
    }

    @Test func whoseMemoryIsNotKnownDoesNotGrow() {
        func request(present: Int, bytes: Int?) -> Request {
            Request(pool: "mail", wanted: 9, present: present, workerBytes: bytes)
        }
        let budget = ScalingBudget(memoryBytes: 50)
        #expect(budget.grants([request(present: 0, bytes: nil)]) == [1])
        #expect(budget.grants([request(present: 4, bytes: nil)]) == [4])
        #expect(budget.grants([request(present: 4, bytes: 10)]) == [5])
        #expect(ScalingBudget(processes: 50).grants([request(present: 4, bytes: nil)]) == [9])
    }

    @Test func busyWorkersStayEvenInASmallerBudget() {
        let requests = [
            Request(pool: "mail", wanted: 8, minimum: 1, held: 0),
            Request(pool: "thumbnails", poolClass: .background, wanted: 5, minimum: 1, held: 5),
        ]
        #expect(ScalingBudget(processes: 4).grants(requests) == [0, 5])
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func theBudgetHoldsAndPriorityIsKept(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let requests = (0..<Int.random(in: 1...8, using: &random)).map { pool in
            let wanted = Int.random(in: 0...20, using: &random)
            return Request(
                pool: "\(pool)", poolClass: .allCases.randomElement(using: &random) ?? .default, wanted: wanted,
                minimum: Int.random(in: 0...4, using: &random),
                held: Int.random(in: 0...3, using: &random),
                workerBytes: Int.random(in: 0...9, using: &random))
        }
        let processes = Int.random(in: 0...60, using: &random)
        let bytes = Int.random(in: 0...300, using: &random)
        let grants = ScalingBudget(processes: processes, memoryBytes: bytes).grants(requests)
        let held = requests.reduce(0) { $0 + min($1.held, $1.wanted) }
        let heldBytes = requests.reduce(0) { $0 + min($1.held, $1.wanted) * ($1.workerBytes ?? 0) }
        let granted = grants.reduce(0, +)
        let grantedBytes = zip(requests, grants).reduce(0) { $0 + ($1.0.workerBytes ?? 0) * $1.1 }
        #expect(granted <= max(processes, held))
        #expect(grantedBytes <= max(bytes, heldBytes))
        for (request, grant) in zip(requests, grants) {
            #expect(grant >= min(request.held, request.wanted))
            #expect(grant <= request.wanted)
        }
        // Who got less than it wants though there was room for it, was refused for nothing.
        for (request, grant) in zip(requests, grants) where grant < request.wanted {
            #expect(granted >= processes || grantedBytes + (request.workerBytes ?? 0) > bytes)
        }
        // A lower class got more than its minimum only if nobody above could be served with that.
        for (high, highGrant) in zip(requests, grants) where highGrant < high.wanted {
            for (low, lowGrant) in zip(requests, grants) where low.poolClass > high.poolClass {
                guard lowGrant > max(low.minimum, low.held) else { continue }
                #expect(high.workerBytes ?? 0 > low.workerBytes ?? 0)
            }
        }
    }
}
