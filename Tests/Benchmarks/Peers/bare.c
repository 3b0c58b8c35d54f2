/*
 * bare COUNT PROGRAM: the least that any supervisor does, as the yardstick of the others. It starts so many, starts
 * again what ends, and ends all on SIGTERM. No logs, no backoff, no configuration.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t start(char *program) {
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    char *arguments[] = {program, NULL};
    if (posix_spawn(&child, program, NULL, &attributes, arguments, environ) != 0) _exit(3);
    posix_spawnattr_destroy(&attributes);
    return child;
}

int main(int argument_count, char **arguments) {
    if (argument_count != 3) return 2;
    int count = atoi(arguments[1]), left = count, stopping = 0;
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (!children) return 2;

    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    for (int index = 0; index < count; index++) children[index] = start(arguments[2]);

    while (left > 0) {
        if (sigwaitinfo(&awaited, NULL) == SIGTERM) {
            stopping = 1;
            for (int index = 0; index < count; index++) kill(children[index], SIGTERM);
        }
        for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;) {
            if (stopping) {
                left--;
                continue;
            }
            for (int index = 0; index < count; index++) {
                if (children[index] == ended) children[index] = start(arguments[2]);
            }
        }
    }
    return 0;
}
