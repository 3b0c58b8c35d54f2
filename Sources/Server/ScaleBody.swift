import Engine
import JobModel
import Scaling
import TaskJSON

/// Reads what `POST /api/pools/NAME/scale` is given: `{"processes": 5}`, `{"change": -1}`, `{"auto": true}`, or `{"min": 2, "max": 8}`;
/// beside it `"for": "30m"` and `"dry_run": true`.
enum ScaleBody {
    private static let known: Set<String> = ["processes", "change", "auto", "min", "max", "for", "dry_run"]

    static func order(_ bytes: [UInt8], by user: String) throws(Refusal) -> ScaleOrder {
        let fields = try JSONFields(bytes)
        try fields.refuseOthers(than: known, in: "a wish to scale")
        let isAutomatic = try fields.flag("auto") ?? false
        var requests: [(key: String, request: ScaleRequest)] = []
        if let count = try fields.integer("processes") {
            requests.append(("processes", .to(try number(count, "processes"))))
        }
        if let change = try fields.integer("change") { requests.append(("change", .by(try number(change, "change")))) }
        if isAutomatic { requests.append(("auto", .automatic)) }
        guard requests.count <= 1 else {
            throw JSONFields.bad(requests[1].key, "cannot be given beside '\(requests[0].key)'")
        }
        let minimum = try fields.integer("min")
        let maximum = try fields.integer("max")
        let duration = try fields.duration("for")
        if let request = requests.first {
            for (key, limit) in [("min", minimum), ("max", maximum)] where limit != nil {
                throw JSONFields.bad(key, "cannot be given beside '\(request.key)'")
            }
            if isAutomatic, duration != nil { throw JSONFields.bad("for", "cannot be given beside 'auto'") }
        } else if minimum == nil, maximum == nil {
            throw Refusal(
                code: "missing_field", message: "neither 'processes' nor 'change', 'auto', 'min' or 'max' is given",
                hint: #"send {"processes": 5}, {"change": -1}, {"auto": true} or {"min": 2, "max": 8}"#)
        }
        if let duration, duration == .zero { throw JSONFields.bad("for", "must be longer than nothing") }
        return ScaleOrder(
            requests.first?.request, minimum: minimum, maximum: maximum, duration: duration, who: user,
            isDryRun: try fields.flag("dry_run") ?? false)
    }

    /// Far from where sums overflow.
    private static func number(_ number: Int, _ key: String) throws(Refusal) -> Int {
        guard number.magnitude <= 1_000_000_000 else { throw JSONFields.bad(key, "is too large") }
        return number
    }
}
