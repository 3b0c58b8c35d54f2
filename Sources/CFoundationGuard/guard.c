#define _GNU_SOURCE
#include "CFoundationGuard.h"

#include <dirent.h>
#include <string.h>

static _Thread_local int is_guarded;
static _Thread_local int entries_left;
/* As large as the type says, which real entries are not. */
static _Thread_local struct dirent entry;

void cfoundationguard_begin(void) {
    memset(&entry, 0, sizeof entry);
    /* The smallest highest number for which Foundation's range from 3 on is one. */
    entry.d_name[0] = '3';
    entry.d_reclen = sizeof entry;
    entries_left = 1;
    is_guarded = 1;
}

void cfoundationguard_end(void) { is_guarded = 0; }

/*
 * The program's own definition comes before the C library's, for shared libraries as well. On 64-bit systems readdir64 is the same
 * function by its other name.
 */
struct dirent *readdir(DIR *directory) {
    _Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "readdir64 gives another type");
    if (!is_guarded) return (struct dirent *)readdir64(directory);
    return entries_left-- > 0 ? &entry : NULL;
}
