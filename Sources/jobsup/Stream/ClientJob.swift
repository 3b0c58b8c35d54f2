import JobsupClient

/// A job for the client library, under a name that the model's own request does not have.
typealias ClientJob = JobRequest
/// How such a job is to be run.
typealias ClientJobOptions = JobOptions
