import Testing

@testable import Scaling

@Suite struct PostgresAddressTests {
    @Test(arguments: [
        ("postgresql://h/jobs", "postgresql://h/jobs", nil),
        ("postgres://me@h:5433/jobs?sslmode=require", "postgres://me@h:5433/jobs?sslmode=require", nil),
        ("postgresql://me:s%40t@h/jobs", "postgresql://me@h/jobs", "s@t"),
        ("postgresql:///jobs?host=/run/pg&user=me&password=x", "postgresql:///jobs?host=/run/pg&user=me", "x"),
        (
            "postgresql://me:x@a:1,b:2/jobs?target_session_attrs=any",
            "postgresql://me@a:1,b:2/jobs?target_session_attrs=any", "x"
        ),
        ("postgresql:///jobs?passfile=/etc/pass", "postgresql:///jobs?passfile=/etc/pass", nil),
        ("postgresql://", "postgresql://", nil),
    ])
    func thePasswordStandsApart(_ text: String, _ url: String, _ password: String?) throws {
        let address = try #require(PostgresAddress(text))
        #expect(address.url == url)
        #expect(address.password == password)
    }

    @Test(arguments: [
        "", "host=h password=x", "mysql://h/jobs", "postgresql://me:a/b@h/jobs", "postgresql://me:a@b@h/jobs",
        "postgresql://me:a?b@h/jobs", "postgresql://me:a#b@h/jobs", "postgresql://me:secret",
        "postgresql://h/j?sslpassword=x",
        "postgresql://h/j obs",
    ])
    func wrongOnes(_ text: String) { #expect(PostgresAddress(text) == nil) }
}
