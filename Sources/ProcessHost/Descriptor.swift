import Glibc

/// A file descriptor that closes itself when its owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
    package let rawValue: Int32

    /// Takes over a descriptor that nobody else will close.
    package init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit { close(rawValue) }
}

/// A descriptor kept in a collection, which cannot hold values that are not copyable.
final class HeldDescriptor: Sendable {
    let descriptor: Descriptor

    init(owning rawValue: Int32) {
        descriptor = Descriptor(owning: rawValue)
    }

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }
}
