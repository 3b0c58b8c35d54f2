#pragma once
#include <sqlite3.h>

/// Turns off SQLite's bookkeeping of its own memory, which takes a lock at each allocation: 7 % of what a job costs, for
/// figures that nobody reads. Has to come before anything else is asked of SQLite; in C, since Swift imports no
/// function with variable arguments.
static inline int jobsup_sqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
