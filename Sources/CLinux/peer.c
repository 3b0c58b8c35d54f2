#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

int clinux_peer_is_in_group(int socket, gid_t group)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return -errno;
    if (credentials.gid == group)
        return 1;
    /* The kernel says how much room the list needs when it is given too little. */
    socklen_t bytes = 0;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, NULL, &bytes) == 0)
        return 0;
    if (errno != ERANGE)
        return -errno;
    gid_t *groups = malloc(bytes);
    if (groups == NULL)
        return -ENOMEM;
    int found = 0;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) < 0)
        found = -errno;
    else
        for (size_t i = 0; i < bytes / sizeof *groups && !found; i++)
            found = groups[i] == group;
    free(groups);
    return found;
}
