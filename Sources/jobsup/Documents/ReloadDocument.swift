/// What a reload has changed, in words.
struct ReloadDocument: Decodable {
    let changes: [String]
}
