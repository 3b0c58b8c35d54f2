/// Why a peer's bytes cannot be understood or accepted; it goes to the peer as an ERROR frame before the connection
/// is closed.
package struct ProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The words that programs tell errors apart by.
    package enum Code: String, CaseIterable, Sendable {
        case malformedFrame = "malformed_frame"
        case frameTooLarge = "frame_too_large"
        case unknownFrame = "unknown_frame"
        /// Known, but not from this peer or not at this moment.
        case unexpectedFrame = "unexpected_frame"
        case wrongProtocol = "wrong_protocol"
        case wrongToken = "wrong_token"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func malformed(_ type: FrameType, _ what: String) -> ProtocolError {
        ProtocolError(.malformedFrame, "the \(type) frame \(what)")
    }

    package static func unexpected(_ type: FrameType, _ moment: String) -> ProtocolError {
        ProtocolError(.unexpectedFrame, "a \(type) frame is not allowed \(moment)")
    }

    package static func wrongProtocol(_ found: UInt16) -> ProtocolError {
        ProtocolError(.wrongProtocol, "the peer speaks protocol \(found), this side speaks \(ProtocolVersion.current)")
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
