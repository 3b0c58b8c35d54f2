import Engine
import JobModel
import TaskJSON

/// Reads what `POST /api/pools/NAME/scale` is given: `{"processes": 5}` or `{"change": -1}`.
enum ScaleBody {
    static func change(_ bytes: [UInt8]) throws(Refusal) -> ScaleChange {
        let fields = try JSONFields(bytes)
        try fields.refuseOthers(than: ["processes", "change"], in: "a wish to scale")
        switch (try fields.integer("processes"), try fields.integer("change")) {
        case (let processes?, nil): return .to(processes)
        case (nil, let change?): return .by(change)
        case (_?, _?): throw JSONFields.bad("change", "cannot be given beside 'processes'")
        case (nil, nil):
            throw Refusal(
                code: "missing_field", message: "neither 'processes' nor 'change' is given",
                hint: #"send {"processes": 5} or {"change": -1}"#)
        }
    }
}
