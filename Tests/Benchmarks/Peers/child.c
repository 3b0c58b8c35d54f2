/*
 * The program that every supervisor of the benchmark keeps alive. Before anything else it writes when it began to the
 * FIFO that PEERS_STAMPS names; then it waits for the signal that ends it. Static and small, so that what is measured
 * is the supervisor. With PEERS_SPEAKS_JOBSUP it is a worker that never gets a job.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { HELLO = 1, READY = 2, BYE = 10, DRAIN = 67 };

static int write_all(int descriptor, const void *bytes, size_t count) {
    return write(descriptor, bytes, count) == (ssize_t)count;
}

static int read_all(int descriptor, unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = read(descriptor, bytes, count);
        if (got <= 0) return 0;
        bytes += got;
        count -= (size_t)got;
    }
    return 1;
}

static int send_frame(int descriptor, unsigned char type, const unsigned char *body, size_t count) {
    unsigned char frame[512] = {0, 0, (unsigned char)((count + 1) >> 8), (unsigned char)(count + 1), type};
    memcpy(frame + 5, body, count);
    return write_all(descriptor, frame, count + 5);
}

static int work(void) {
    const char *path = getenv("JOBSUP_SOCKET"), *token = getenv("JOBSUP_TOKEN");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || !token || strlen(path) >= sizeof address.sun_path || strlen(token) > 400) return 2;
    strcpy(address.sun_path, path);
    int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer < 0 || connect(peer, (struct sockaddr *)&address, sizeof address) < 0) return 2;

    /* Protocol 1, one slot, the token, no build, any type. */
    size_t length = strlen(token);
    unsigned char hello[512] = {0, 1, 0, 1, (unsigned char)(length >> 8), (unsigned char)length};
    memcpy(hello + 6, token, length);
    if (!send_frame(peer, HELLO, hello, 6 + length + 4) || !send_frame(peer, READY, NULL, 0)) return 1;

    unsigned char head[4], body[4096];
    while (read_all(peer, head, sizeof head)) {
        size_t count = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        if (count < 1 || count > sizeof body || !read_all(peer, body, count)) return 1;
        if (body[0] != DRAIN) continue;
        if (!send_frame(peer, BYE, NULL, 0)) return 1;
        /* As the libraries do: the daemon closes when it sees the end. */
        shutdown(peer, SHUT_WR);
    }
    return 0;
}

int main(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t stamp[2] = {getpid(), now.tv_sec * INT64_C(1000000000) + now.tv_nsec};
    const char *path = getenv("PEERS_STAMPS");
    int stamps = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (stamps < 0 || !write_all(stamps, stamp, sizeof stamp)) return 2;
    close(stamps);
    if (getenv("PEERS_SPEAKS_JOBSUP")) return work();
    for (;;) pause();
}
