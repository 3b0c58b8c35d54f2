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
/* cgroup.procs of the group to move into, if there is one. */
static int control_group = -1;

static _Noreturn void report(const struct launch_failure *failure) {
    clinux_send_message(control, failure, sizeof *failure, NULL, 0);
    _exit(127);
}

static _Noreturn void fail(enum launch_step step, int code) {
    struct launch_failure failure = {.kind = LAUNCH_FAILURE, .step = step, .code = code};
    report(&failure);
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

/* Closes everything above the standard descriptors but these; of equal ones and negative ones any number may be among them. */
static int close_all_but(int first, int second, int third) {
    int kept[] = {first, second, third};
    unsigned next = STDERR_FILENO + 1;
    for (int round = 0; round < 3; round++) {
        unsigned lowest = ~0U;
        for (int index = 0; index < 3; index++) {
            if (kept[index] >= (int)next && (unsigned)kept[index] < lowest) lowest = (unsigned)kept[index];
        }
        if (lowest == ~0U) break;
        if (lowest > next) clinux_close_range(next, lowest - 1);
        next = lowest + 1;
    }
    return clinux_close_range(next, ~0U);
}

/* Takes the descriptors of the order: returns the order itself, puts the others on 0, 1, 2, and closes all else. */
static int take_descriptors(void) {
    /* It may have been started ahead, to wait for its order. When the daemon goes, it goes too. */
    struct pollfd waiting = {.fd = control, .events = POLLIN};
    while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {
    }
    uint32_t kind = 0;
    int descriptors[LAUNCH_DESCRIPTORS_WITH_CONTROL_GROUP];
    int count = LAUNCH_DESCRIPTORS_WITH_CONTROL_GROUP;
    int64_t received = clinux_receive_message(control, &kind, sizeof kind, descriptors, &count);
    if (received == 0) _exit(0);
    if (received < 0) fail(LAUNCH_STEP_ORDER, (int)-received);
    if (received != sizeof kind || kind != LAUNCH_ORDER || count < LAUNCH_DESCRIPTORS) fail(LAUNCH_STEP_ORDER, EPROTO);
    if (count == LAUNCH_DESCRIPTORS_WITH_CONTROL_GROUP) control_group = descriptors[LAUNCH_DESCRIPTORS];
    int moved = fcntl(control, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) fail(LAUNCH_STEP_DESCRIPTORS, errno);
    control = moved;
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++) {
        if (dup2(descriptors[standard + 1], standard) < 0) fail(LAUNCH_STEP_DESCRIPTORS, errno);
    }
    int code = close_all_but(descriptors[0], control, control_group);
    if (code < 0) fail(LAUNCH_STEP_DESCRIPTORS, -code);
    return descriptors[0];
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

/* First of all: from here on what is used counts for the group, and whatever fails dies in it. */
static void join_control_group(void) {
    if (control_group < 0) return;
    if (write(control_group, "0", 1) != 1) fail(LAUNCH_STEP_CONTROL_GROUP, errno);
    close(control_group);
}

static void set_oom_score(int32_t score) {
    char text[16];
    char *start = text + sizeof text;
    uint32_t rest = score < 0 ? -(uint32_t)score : (uint32_t)score;
    do *--start = (char)('0' + rest % 10);
    while (rest /= 10);
    if (score < 0) *--start = '-';
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) fail(LAUNCH_STEP_OOM_SCORE, errno);
    if (write(file, start, (size_t)(text + sizeof text - start)) < 0) fail(LAUNCH_STEP_OOM_SCORE, errno);
    close(file);
}

static void set_limits(const struct launch_limit *limits, uint32_t count) {
    for (uint32_t index = 0; index < count; index++) {
        struct rlimit wanted = {.rlim_cur = limits[index].value, .rlim_max = limits[index].value};
        if (setrlimit(limits[index].resource, &wanted) == 0) continue;
        struct launch_failure failure = {
            .kind = LAUNCH_FAILURE, .step = LAUNCH_STEP_LIMIT, .code = errno, .index = index};
        struct rlimit present;
        if (getrlimit(limits[index].resource, &present) == 0) failure.allowed = present.rlim_max;
        report(&failure);
    }
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
    join_control_group();
    if (order->flags & LAUNCH_SETS_UMASK) umask(order->umask);
    if (order->flags & LAUNCH_SETS_OOM_SCORE) set_oom_score(order->oom_score);
    if (order->flags & LAUNCH_SETS_NICE && setpriority(PRIO_PROCESS, 0, order->nice) < 0) fail(LAUNCH_STEP_NICE, errno);

    const struct launch_limit *limits = (const struct launch_limit *)(order + 1);
    const gid_t *groups = (const gid_t *)(limits + order->limit_count);
    const char *directory = (const char *)(groups + order->group_count);
    const char *path = next_string(directory);
    const char *cursor = next_string(path);
    char **arguments = collect(&cursor, order->argument_count);
    char **environment = collect(&cursor, order->environment_count);
    /* While there is the right to, and after the last that needs memory or a descriptor of its own. */
    set_limits(limits, order->limit_count);
    become_user(order, groups);
    die_with_parent(order->parent);
    if (chdir(directory) < 0) fail(LAUNCH_STEP_DIRECTORY, errno);
    execve(path, arguments, environment);
    fail(LAUNCH_STEP_EXEC, errno);
}
