import Foundation
import JobModel
import TaskJSON

/// Reads what `POST /api/pools/NAME/rollout` is given: nothing, or `{"command": ["program", "argument"]}`.
enum RolloutBody {
    static func command(_ bytes: [UInt8]) throws(Refusal) -> [String]? {
        guard !bytes.isEmpty else { return nil }
        let fields = try JSONFields(bytes)
        try fields.refuseOthers(than: ["command"], in: "a wish to roll out")
        guard let raw = fields.raw("command"), !raw.elementsEqual("null".utf8) else { return nil }
        guard let command = try? JSONDecoder().decode([String].self, from: Data(raw)) else {
            throw JSONFields.bad("command", "must be a list of strings")
        }
        guard let program = command.first, !program.isEmpty else {
            throw JSONFields.bad("command", "is empty: name the program that works")
        }
        return command
    }
}
