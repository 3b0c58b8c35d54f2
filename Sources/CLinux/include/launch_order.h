/*
 * What the daemon and the launcher say to each other, over the socket pair whose one end the launcher
 * gets as its standard input. Both come from the same build, so nothing here is kept compatible.
 *
 * daemon -> launcher, which may wait for it: one message, a uint32_t LAUNCH_ORDER, with four descriptors: the order (a sealed
 *     anonymous file), and what becomes the standard input, output and error of the program. A fifth, when there is one, is the
 *     file cgroup.procs of the control group that the launcher is to move into. It was opened by the daemon, whose rights count.
 * launcher -> daemon: a launch_hello with every descriptor above 2 that it inherited. One of them is the death watch of
 *     Foundation's Process: neither the program nor its descendants may hold it, or its end would be reported wrongly.
 * launcher -> daemon: a launch_failure when the program could not be started. The end of the connection without one means
 *     that it was started, because the launcher's end closes on exec.
 */
#ifndef LAUNCH_ORDER_H
#define LAUNCH_ORDER_H

#include <stdint.h>

enum launch_kind {
    LAUNCH_ORDER = 1,
    LAUNCH_HELLO = 2,
    LAUNCH_FAILURE = 3,
};

#define LAUNCH_DESCRIPTORS 4
#define LAUNCH_DESCRIPTORS_WITH_CONTROL_GROUP 5

#define LAUNCH_SETS_UMASK 1
#define LAUNCH_SETS_USER 2
#define LAUNCH_SETS_GROUP 4
#define LAUNCH_SETS_NICE 8
#define LAUNCH_SETS_OOM_SCORE 16

/*
 * The order file: this header, limit_count launch_limits, group_count group ids (uint32_t), then strings that end with NUL each:
 * the directory, the path of the program, argument_count arguments, environment_count KEY=VALUE.
 */
struct launch_order {
    uint32_t flags;
    uint32_t umask;
    uint32_t user;
    uint32_t group;
    uint32_t group_count;
    uint32_t argument_count;
    uint32_t environment_count;
    uint32_t limit_count;
    int32_t nice;
    int32_t oom_score;
    int32_t parent;     /* the daemon's process id */
    uint64_t marker;    /* RLIMIT_RTTIME to set, 0 for none; see ProcessMarker */
};

/* To be set as the soft and the hard limit. */
struct launch_limit {
    uint32_t resource;  /* RLIMIT_... */
    uint32_t reserved;
    uint64_t value;
};

struct launch_hello {
    uint32_t kind;
    uint32_t reserved;
    /* The kernel's peak of resident memory before the program begins: it starts with the daemon's own, not with 0. */
    int64_t max_resident_kib;
};

enum launch_step {
    LAUNCH_STEP_ORDER = 1,
    LAUNCH_STEP_DESCRIPTORS = 2,
    LAUNCH_STEP_GROUP = 3,
    LAUNCH_STEP_USER = 4,
    LAUNCH_STEP_PARENT = 5,
    LAUNCH_STEP_DIRECTORY = 6,
    LAUNCH_STEP_EXEC = 7,
    LAUNCH_STEP_CONTROL_GROUP = 8,
    LAUNCH_STEP_OOM_SCORE = 9,
    LAUNCH_STEP_NICE = 10,
    LAUNCH_STEP_LIMIT = 11,
};

struct launch_failure {
    uint32_t kind;
    uint32_t step;      /* enum launch_step */
    int32_t code;       /* errno */
    uint32_t index;     /* LAUNCH_STEP_LIMIT: which of the limits */
    uint64_t allowed;   /* LAUNCH_STEP_LIMIT: the hard limit that stays */
};

#endif
