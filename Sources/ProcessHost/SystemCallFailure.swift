import Glibc

/// A system call that failed, with the `errno` it left.
package struct SystemCallFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let call: String
    package let code: Int32

    package init(_ call: String, _ code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(Self.text(of: code)) (errno \(code))" }

    package static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}

/// The result of a shim of `CLinux`, which answers a negative `errno` when it fails.
@discardableResult
func systemCall<Result: FixedWidthInteger & SignedInteger>(
    _ name: StaticString, _ result: Result
) throws(SystemCallFailure) -> Result {
    guard result < 0 else { return result }
    throw SystemCallFailure("\(name)", Int32(-result))
}
