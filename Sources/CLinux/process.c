#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int clinux_pidfd_open(pid_t pid) {
    long result = syscall(SYS_pidfd_open, pid, 0);
    return result < 0 ? -errno : (int)result;
}

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

/* glibc's waitid has no rusage, the system call has. */
static int wait_child(int kind, int id, int options, struct clinux_exit *result) {
    siginfo_t info;
    struct rusage usage;
    memset(&info, 0, sizeof info);
    memset(&usage, 0, sizeof usage);
    while (syscall(SYS_waitid, kind, id, &info, options | WEXITED | WNOHANG, &usage) < 0) {
        if (errno != EINTR) return -errno;
    }
    memset(result, 0, sizeof *result);
    result->pid = info.si_pid;
    result->signalled = info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
    result->core_dumped = info.si_code == CLD_DUMPED;
    result->status = info.si_status;
    result->user_us = usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    result->system_us = usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    result->max_resident_kib = usage.ru_maxrss;
    return 0;
}

int clinux_peek_exit(int pidfd, struct clinux_exit *result) {
    return wait_child(P_PIDFD, pidfd, WNOWAIT, result);
}

int clinux_has_ended(pid_t child) {
    struct clinux_exit ignored;
    int code = wait_child(P_PID, child, WNOWAIT, &ignored);
    return code < 0 ? code : ignored.pid != 0;
}

int clinux_reap(pid_t pid) {
    struct clinux_exit ignored;
    int code = wait_child(P_PID, pid, 0, &ignored);
    return code < 0 ? code : ignored.pid != 0;
}

int clinux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int clinux_probe_fork(void) {
    /* posix_spawn gives the child a stack of its own; a little more, for what else a start needs. */
    size_t stack = 256 << 10;
    void *room = mmap(NULL, stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return -errno;
    munmap(room, stack);
    /* As posix_spawn does it, without a copy of the memory: what is asked is whether there is room for one more process. */
    pid_t pid = vfork();
    if (pid < 0) return -errno;
    if (pid == 0) _exit(0);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return 0;
}

uint64_t clinux_realtime_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_RTTIME, &limit) < 0 ? 0 : limit.rlim_max;
}

#define MAX_NOTIFIED 16
static _Atomic int notified[MAX_NOTIFIED];
static _Atomic int notified_count;

static void child_ended(int signal) {
    (void)signal;
    int saved = errno;
    int count = atomic_load(&notified_count);
    for (int i = 0; i < count && i < MAX_NOTIFIED; i++) {
        uint64_t one = 1;
        int descriptor = atomic_load(&notified[i]);
        if (descriptor > 0 && write(descriptor, &one, sizeof one) < 0) { /* full: it is readable already */ }
    }
    errno = saved;
}

int clinux_notify_child_exit(int eventfd) {
    int index = atomic_fetch_add(&notified_count, 1);
    if (index >= MAX_NOTIFIED) {
        atomic_store(&notified_count, MAX_NOTIFIED);
        return -ENOSPC;
    }
    atomic_store(&notified[index], eventfd);
    /* A handler, not SIG_IGN: that would make the kernel reap children behind everybody's back. exec resets it. */
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = child_ended;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGCHLD, &action, NULL) < 0 ? -errno : 0;
}

void clinux_name_thread(const char *name) {
    prctl(PR_SET_NAME, name);
}
