/// The payloads of a block of rows side by side: memory that stays where it is while a statement reads it.
final class PayloadBlock {
    /// A block with more than this goes row by row, where payloads are read in place.
    static let capacity = 64 << 10

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    private var used = 0

    deinit {
        memory.deallocate()
    }

    func removeAll() {
        used = 0
    }

    /// The place of the copy, valid until `removeAll`. There has to be room.
    func add(_ payload: [UInt8]) -> UnsafeRawBufferPointer {
        let place = UnsafeMutableRawBufferPointer(rebasing: memory[used..<(used + payload.count)])
        place.copyBytes(from: payload)
        used += payload.count
        return UnsafeRawBufferPointer(place)
    }
}
