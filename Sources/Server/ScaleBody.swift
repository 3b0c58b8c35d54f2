import Engine
import JobModel
import TaskJSON

/// Reads what `POST /api/pools/NAME/scale` is given: `{"processes": 5}` or `{"change": -1}`.
enum ScaleBody {
    static func change(_ bytes: [UInt8]) throws(Refusal) -> ScaleChange {
        let fields = try JSONFields(bytes)
        if let processes = try fields.number("processes") { return .to(Int(processes)) }
        if let change = try fields.number("change") { return .by(Int(change)) }
        throw Refusal(
            code: "missing_field", message: "neither 'processes' nor 'change' is given",
            hint: #"send {"processes": 5} or {"change": -1}"#)
    }
}
