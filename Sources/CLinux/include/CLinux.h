/*
 * What Linux offers and Swift's Glibc module does not show: system calls without a wrapper, variadic
 * functions, macros over control messages.
 *
 * Every function that can fail returns a negative errno then, so that no caller has to read the
 * thread's errno after other code may have run. Every descriptor made here is close-on-exec.
 */
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launch_order.h"

/* Processes (process.c) */

/* A descriptor for the process; readable once it has ended. Works for a zombie, fails with ESRCH after it was reaped. */
int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_send_signal(int pidfd, int signal);

struct clinux_exit {
    pid_t pid;          /* 0: the process has not ended */
    int signalled;      /* ended by a signal */
    int core_dumped;
    int status;         /* the exit code, or the signal */
    int64_t user_us;    /* CPU time, its reaped children included */
    int64_t system_us;
    int64_t max_resident_kib;
};

/* How the process ended, leaving it a zombie for somebody else to reap. */
int clinux_peek_exit(int pidfd, struct clinux_exit *result);
/* Whether this child has ended, leaving it a zombie: 1 or 0. */
int clinux_has_ended(pid_t child);
/* Reaps this one child if it has ended. Returns 1 when it did, 0 when it lives. */
int clinux_reap(pid_t pid);

/* Orphaned descendants become children of this process instead of init's. */
int clinux_become_subreaper(void);
/* Whether a new process could be made just now: makes one that ends at once. */
int clinux_probe_fork(void);
/* The hard limit of this process's real-time CPU time (RLIMIT_RTTIME). */
uint64_t clinux_realtime_limit(void);
/* Adds 1 to the eventfd whenever a child of this process has ended; up to 16 eventfds, for the life of the process. */
int clinux_notify_child_exit(int eventfd);

/* Descriptors (descriptor.c) */

int clinux_pipe(int *reader, int *writer);
/* Two connected Unix sockets that keep message boundaries. */
int clinux_socket_pair(int *first, int *second);
/* Names the calling thread, as the kernel shows it: its first 15 bytes. */
void clinux_name_thread(const char *name);
/* An anonymous file with these bytes, at offset 0 and sealed: nobody can change it any more. */
int clinux_sealed_memory(const char *name, const void *bytes, size_t count);
int clinux_set_nonblocking(int descriptor);
/* Closes every descriptor from first to last. */
int clinux_close_range(unsigned first, unsigned last);
/* Makes every descriptor from first on close-on-exec; -EINVAL before Linux 5.11. */
int clinux_close_on_exec_from(unsigned first);
int clinux_eventfd(void);
/* Whether so many (up to 64) descriptors could be opened just now. */
int clinux_probe_descriptors(int count);

/* Unix sockets (message.c) */

/* Sends the bytes as one message together with copies of the descriptors (up to 16). */
int64_t clinux_send_message(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count);
/*
 * Receives one message without waiting. descriptor_count says how many fit (up to 16) and then how many came; those that do not
 * fit are closed by the kernel. 0 means the other side has closed.
 */
int64_t clinux_receive_message(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count);
/* Who connected to (or made) the other side of the socket. */
int clinux_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid);
/* 1 when the group is among the peer's, its supplementary ones included, else 0. (peer.c) */
int clinux_peer_is_in_group(int socket, gid_t group);

/* Notifications (notify.c) */

/* A datagram socket with this path and mode, which tells who sends. Does not wait; there must be nothing at the path. */
int clinux_bind_notify_socket(const char *path, mode_t mode);

struct clinux_sender {
    pid_t pid;      /* 0: the kernel does not tell */
    uid_t uid;
    int was_cut;    /* the message is longer than count */
};

/* Receives one message without waiting, with up to 16 descriptors; -EAGAIN when there is none. */
int64_t clinux_receive_notification(
    int socket, void *bytes, size_t count, struct clinux_sender *sender, int *descriptors, int *descriptor_count);

/* Whether the file has this extended attribute with this value (at most 64 bytes): 1 or 0. (attribute.c) */
int clinux_attribute_is(const char *path, const char *name, const char *value);

/* Changes of files (inotify.c) */

int clinux_inotify_create(void);
/* Readable when the file was changed; until the file goes. */
int clinux_inotify_watch_changes(int inotify, const char *path);
/* Forgets what has been noticed. */
void clinux_inotify_discard(int inotify);

/* epoll (poll.c) */

int clinux_epoll_create(void);
/* Watches for readability (and hang-up and error, which epoll always reports); level-triggered. */
int clinux_epoll_add(int epoll, int descriptor, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);
/* The number of ready ones (at most 64), whose tokens are filled in; a negative timeout waits for ever, an interruption by a signal counts as none. */
int clinux_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout_ms);

#endif
