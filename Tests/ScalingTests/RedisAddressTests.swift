import Testing

@testable import Scaling

@Suite struct RedisAddressTests {
    @Test(arguments: [
        ("redis://localhost", RedisAddress.Place.host("localhost", port: 6379), 0),
        ("redis://10.0.0.7:6380/3", .host("10.0.0.7", port: 6380), 3),
        ("redis://h/", .host("h", port: 6379), 0),
        ("redis://h?db=2", .host("h", port: 6379), 2),
        ("redis://[::1]:7000/1", .host("::1", port: 7000), 1),
        ("redis://[::1]", .host("::1", port: 6379), 0),
        ("unix:///run/redis.sock", .unix("/run/redis.sock"), 0),
        ("unix:///run/my%20redis.sock?db=4", .unix("/run/my redis.sock"), 4),
    ])
    func places(_ text: String, _ place: RedisAddress.Place, _ database: Int) throws {
        let address = try #require(RedisAddress(text))
        #expect(address.place == place)
        #expect(address.database == database)
        #expect(address.greeting == (database == 0 ? [] : [["SELECT", "\(database)"]]))
    }

    @Test func accounts() throws {
        #expect(try #require(RedisAddress("redis://:pa%40ss%3A@h")).greeting == [["AUTH", "pa@ss:"]])
        #expect(
            try #require(RedisAddress("redis://me:a:b@h:1/2")).greeting == [["AUTH", "me", "a:b"], ["SELECT", "2"]])
        #expect(try #require(RedisAddress("unix:///s?password=x%26y")).greeting == [["AUTH", "x&y"]])
    }

    @Test(arguments: [
        "", "localhost", "localhost:6379", "redis://", "redis:///0", "rediss://h", "http://h", "redis://h:0",
        "redis://h:x",
        "redis://h:70000", "redis://h/x", "redis://h/-1", "redis://h/1?db=2", "redis://h?timeout=2", "redis://a,b",
        "redis://me@h", "redis://:a@b@h", "redis://:a/b@h", "redis://:a?b@h", "redis://:a#b@h", "redis://:%zz@h",
        "redis://:%0@h", "redis://:%00@h", "redis://h /0", "unix://", "unix:///", "unix://host/path", "redis://[::1",
    ])
    func wrongOnes(_ text: String) { #expect(RedisAddress(text) == nil) }
}
