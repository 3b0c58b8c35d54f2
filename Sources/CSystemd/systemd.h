#pragma once

/* Without this sd_journal_sendv is a macro that adds the place in this header as CODE_FILE;
   the real functions are what Swift can import, and the log handler adds the true place. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
