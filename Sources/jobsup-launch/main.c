/*
 * The program that the daemon starts for every worker, and that becomes the worker: it undoes what a child
 * inherits from the daemon and from Foundation's Process, then executes what the order says. Static and small,
 * because it stands in the way of every start. The conversation is described in launch_order.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

#define MAX_INHERITED 16

static int control = STDIN_FILENO;

static _Noreturn void fail(enum launch_step step, int code) {
    struct launch_failure failure = {.kind = LAUNCH_FAILURE, .step = step, .code = code};
    clinux_send_message(control, &failure, sizeof failure, NULL, 0);
    _exit(127);
}

/* The launcher opens nothing before this, so whatever is above 2 was inherited. */
static void hand_back_inherited(void) {
    int inherited[MAX_INHERITED];
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    if (!directory) fail(LAUNCH_STEP_DESCRIPTORS, errno);
    for (struct dirent *entry; count < MAX_INHERITED && (entry = readdir(directory));) {
        int descriptor = atoi(entry->d_name);
        if (descriptor > STDERR_FILENO && descriptor != dirfd(directory)) inherited[count++] = descriptor;
    }
    closedir(directory);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct launch_hello hello = {.kind = LAUNCH_HELLO, .max_resident_kib = usage.ru_maxrss};
    if (clinux_send_message(control, &hello, sizeof hello, inherited, count) < 0) _exit(127);
}

/* Takes the descriptors of the order: returns the order itself, puts the others on 0, 1, 2, and closes all else. */
static int take_descriptors(void) {
    uint32_t kind = 0;
    int descriptors[LAUNCH_DESCRIPTORS];
    int count = LAUNCH_DESCRIPTORS;
    int64_t received = clinux_receive_message(control, &kind, sizeof kind, descriptors, &count);
    if (received < 0) fail(LAUNCH_STEP_ORDER, (int)-received);
    if (received != sizeof kind || kind != LAUNCH_ORDER || count != LAUNCH_DESCRIPTORS) fail(LAUNCH_STEP_ORDER, EPROTO);
    int moved = fcntl(control, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) fail(LAUNCH_STEP_DESCRIPTORS, errno);
    control = moved;
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++) {
        if (dup2(descriptors[standard + 1], standard) < 0) fail(LAUNCH_STEP_DESCRIPTORS, errno);
    }
    int order = descriptors[0];
    unsigned low = (unsigned)(order < control ? order : control);
    unsigned high = (unsigned)(order < control ? control : order);
    if (low > STDERR_FILENO + 1) clinux_close_range(STDERR_FILENO + 1, low - 1);
    if (high > low + 1) clinux_close_range(low + 1, high - 1);
    int code = clinux_close_range(high + 1, ~0U);
    if (code < 0) fail(LAUNCH_STEP_DESCRIPTORS, -code);
    return order;
}

/*
 * Blocked and ignored signals are inherited over exec: a worker that ignores SIGTERM could not be stopped.
 * By system call, because glibc does not let go of the two signals (32 and 33) that it uses itself.
 */
static void reset_signals(void) {
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
    } action = {.handler = SIG_DFL};
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof action.mask);
    uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

static const struct launch_order *map_order(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) < 0) fail(LAUNCH_STEP_ORDER, errno);
    if ((size_t)status.st_size < sizeof(struct launch_order)) fail(LAUNCH_STEP_ORDER, EPROTO);
    void *order = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (order == MAP_FAILED) fail(LAUNCH_STEP_ORDER, errno);
    close(descriptor);
    return order;
}

static void become_user(const struct launch_order *order, const gid_t *groups) {
    if (order->flags & LAUNCH_SETS_GROUP) {
        if (setgroups(order->group_count, groups) < 0) fail(LAUNCH_STEP_GROUP, errno);
        if (setresgid(order->group, order->group, order->group) < 0) fail(LAUNCH_STEP_GROUP, errno);
    }
    if (order->flags & LAUNCH_SETS_USER) {
        if (setresuid(order->user, order->user, order->user) < 0) fail(LAUNCH_STEP_USER, errno);
    }
}

/* After the change of user, which clears it. The parent is the daemon's spawner thread, which never ends before the daemon. */
static void die_with_parent(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail(LAUNCH_STEP_PARENT, errno);
    if (getppid() != parent) fail(LAUNCH_STEP_PARENT, ESRCH);
}

static void set_marker(uint64_t marker) {
    struct rlimit limit = {.rlim_cur = marker, .rlim_max = marker};
    /* Not worth a failure: the process group and the parent tell most descendants as well. */
    if (marker != 0) setrlimit(RLIMIT_RTTIME, &limit);
}

static const char *next_string(const char *string) { return string + strlen(string) + 1; }

static char **collect(const char **cursor, uint32_t count) {
    char **list = calloc((size_t)count + 1, sizeof *list);
    if (!list) fail(LAUNCH_STEP_ORDER, ENOMEM);
    for (uint32_t index = 0; index < count; index++, *cursor = next_string(*cursor)) list[index] = (char *)*cursor;
    return list;
}

int main(void) {
    hand_back_inherited();
    const struct launch_order *order = map_order(take_descriptors());
    reset_signals();
    set_marker(order->marker);
    if (order->flags & LAUNCH_SETS_UMASK) umask(order->umask);

    const gid_t *groups = (const gid_t *)(order + 1);
    become_user(order, groups);
    die_with_parent(order->parent);

    const char *directory = (const char *)(groups + order->group_count);
    const char *path = next_string(directory);
    const char *cursor = next_string(path);
    char **arguments = collect(&cursor, order->argument_count);
    char **environment = collect(&cursor, order->environment_count);
    if (chdir(directory) < 0) fail(LAUNCH_STEP_DIRECTORY, errno);
    execve(path, arguments, environment);
    fail(LAUNCH_STEP_EXEC, errno);
}
