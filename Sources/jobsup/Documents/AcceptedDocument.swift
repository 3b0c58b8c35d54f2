/// A job that the daemon took in.
struct AcceptedDocument: Decodable {
    let taskId: String
    let status: String
    let existing: Bool
}

/// The jobs of one request, in its order.
struct AcceptedBatchDocument: Decodable {
    let tasks: [AcceptedDocument]
}
