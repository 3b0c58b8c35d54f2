/// What became of a wish to cancel.
struct CancelDocument: Decodable {
    let taskId: String
    let status: String
}
