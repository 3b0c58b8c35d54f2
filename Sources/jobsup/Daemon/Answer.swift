import Foundation

/// A document of the daemon: as it came, and as a value.
struct Answer<Document: Decodable>: Sendable {
    let data: Data

    var text: String { String(decoding: data, as: UTF8.self) }

    var document: Document {
        get throws {
            do {
                return try Self.decoder.decode(Document.self, from: data)
            } catch {
                throw Complaint(
                    "the daemon's answer cannot be understood: \(error)",
                    hint: "is it of another version than this command (\(Jobsup.configuration.version))?", .refused)
            }
        }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
