#include "CLinux.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

int clinux_inotify_create(void) {
    int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_inotify_watch_changes(int inotify, const char *path) {
    int watch = inotify_add_watch(inotify, path, IN_MODIFY);
    return watch < 0 ? -errno : watch;
}

void clinux_inotify_discard(int inotify) {
    char events[4096];
    while (read(inotify, events, sizeof events) > 0) {
    }
}
