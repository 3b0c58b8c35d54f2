/// The version of the frames, said in the first frame of each side.
package enum ProtocolVersion {
    package static let current: UInt16 = 1
}
