/// What a process wrote, up to a limit.
struct OutputCapture {
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var exceeded = false

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    mutating func add(_ more: UnsafeRawBufferPointer) {
        let room = limit - bytes.count
        bytes.append(contentsOf: more.prefix(room))
        if more.count > room { exceeded = true }
    }
}
