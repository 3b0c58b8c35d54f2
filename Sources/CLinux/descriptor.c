#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

int clinux_pipe(int *reader, int *writer) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    *reader = ends[0];
    *writer = ends[1];
    return 0;
}

int clinux_socket_pair(int *first, int *second) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
    *first = ends[0];
    *second = ends[1];
    return 0;
}

static int write_all(int descriptor, const char *bytes, size_t count) {
    /* pwrite leaves the offset at 0, where the reader begins. */
    for (size_t done = 0; done < count;) {
        ssize_t written = pwrite(descriptor, bytes + done, count - done, (off_t)done);
        if (written < 0 && errno != EINTR) return -errno;
        if (written > 0) done += (size_t)written;
    }
    return 0;
}

int clinux_sealed_memory(const char *name, const void *bytes, size_t count) {
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int descriptor = memfd_create(name, flags | MFD_NOEXEC_SEAL);
    if (descriptor < 0 && errno == EINVAL) descriptor = memfd_create(name, flags); /* Linux before 6.3 */
    if (descriptor < 0) return -errno;
    int code = write_all(descriptor, bytes, count);
    if (code == 0 && fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
        code = -errno;
    }
    if (code < 0) {
        close(descriptor);
        return code;
    }
    return descriptor;
}

int clinux_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

int clinux_close_on_exec_from(unsigned first) {
    return syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

int clinux_close_range(unsigned first, unsigned last) {
    return syscall(SYS_close_range, first, last, 0) < 0 ? -errno : 0;
}

int clinux_eventfd(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_probe_descriptors(int count) {
    int made[64];
    int got = 0;
    int code = 0;
    int source = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (source < 0) return -errno;
    for (; got < count - 1 && got < 64; got++) {
        made[got] = fcntl(source, F_DUPFD_CLOEXEC, 0);
        if (made[got] < 0) {
            code = -errno;
            break;
        }
    }
    close(source);
    while (got > 0) close(made[--got]);
    return code;
}
