#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 16

int clinux_bind_notify_socket(const char *path, mode_t mode) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    int one = 1;
    /* Credentials first, so that no message can come without. The mode before the name: the file never has another one. */
    if (setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0 || fchmod(descriptor, mode) < 0 ||
        bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, mode) < 0) {
        int code = -errno;
        close(descriptor);
        return code;
    }
    return descriptor;
}

int64_t clinux_receive_notification(
    int socket, void *bytes, size_t count, struct clinux_sender *sender, int *descriptors, int *descriptor_count) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int) * MAX_DESCRIPTORS)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *descriptor_count = 0;
    memset(sender, 0, sizeof *sender);
    ssize_t received;
    while ((received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT)) < 0 && errno == EINTR) {
    }
    if (received < 0) return -errno;
    sender->was_cut = (message.msg_flags & MSG_TRUNC) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        size_t size = header->cmsg_len - CMSG_LEN(0);
        if (header->cmsg_type == SCM_CREDENTIALS && size == sizeof(struct ucred)) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(header), size);
            sender->pid = credentials.pid;
            sender->uid = credentials.uid;
        } else if (header->cmsg_type == SCM_RIGHTS) {
            int *got = (int *)CMSG_DATA(header);
            for (size_t index = 0; index < size / sizeof(int); index++) {
                if (*descriptor_count < MAX_DESCRIPTORS) descriptors[(*descriptor_count)++] = got[index];
                else close(got[index]);
            }
        }
    }
    return received;
}
