import Hummingbird
import JobModel

/// What the API knows of a request while it answers it.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The request's own id or one made for it; or why what it gave cannot be its id, which matters where jobs are made.
    var requestID: Result<String, Refusal> = .success("")

    init(source: Source) {
        coreContext = .init(source: source)
    }
}
