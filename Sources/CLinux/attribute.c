#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

int clinux_attribute_is(const char *path, const char *name, const char *value) {
    char found[64];
    ssize_t size = getxattr(path, name, found, sizeof found);
    if (size < 0) return -errno;
    return (size_t)size == strlen(value) && memcmp(found, value, (size_t)size) == 0;
}
