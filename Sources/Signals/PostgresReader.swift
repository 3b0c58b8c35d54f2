import JobModel
import Scaling

/// Asks PostgreSQL by its own program: what is in a URL, a password file or a service file means there what it means
/// everywhere.
struct PostgresReader: SignalReader {
    private let url: SecretURL
    private let query: String
    private let place: SignalPlace
    private let runner: ProgramRunner
    private let timeout: Duration

    init(_ url: SecretURL, _ query: String, in place: SignalPlace, by runner: ProgramRunner, timeout: Duration) {
        self.url = url
        self.query = query
        self.place = place
        self.runner = runner
        self.timeout = timeout
    }

    func read() throws(SignalFailure) -> SignalReading {
        guard let address = PostgresAddress(try url.text(in: place)) else { throw url.isNot(PostgresAddress.form) }
        let words = [
            // Neither anybody's settings nor a question for a password; columns and rows, and nothing else.
            "psql", "-XAtqw", "-F", "|", "-v", "ON_ERROR_STOP=1", "-d", address.url,
            // The server goes on with a query whose client was killed: it is to give up before.
            "-c", "SET statement_timeout = \(max(1, timeout.inMilliseconds * 9 / 10))", "-c", query,
        ]
        var variables = [
            "PGAPPNAME": "jobsup", "PGCONNECT_TIMEOUT": String(max(2, Int(timeout.inSeconds.rounded(.up)))),
        ]
        variables["PGPASSWORD"] = address.password
        return try SignalAnswer.reading(rows: runner.run(words, adding: variables) { first, _ in first })
    }
}
