/// What happens next, by time; of two at the same time, that which was put in first.
struct EventHeap {
    enum Event {
        case boot(worker: Int, seconds: Double)
        case finish(worker: Int, job: Int)
        case kill(worker: Int)
        case tick
    }

    private struct Entry {
        var time: Double
        var order: Int
        var payload: Event

        func isBefore(_ other: Entry) -> Bool {
            time < other.time || (time == other.time && order < other.order)
        }
    }

    private var entries: [Entry] = []
    private var order = 0

    var nextTime: Double? { entries.first?.time }

    mutating func insert(_ payload: Event, at time: Double) {
        entries.append(Entry(time: time, order: order, payload: payload))
        order += 1
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> (time: Double, payload: Event)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown()
        }
        return (first.time, first.payload)
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < entries.count {
                if entries[child].isBefore(entries[least]) { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
