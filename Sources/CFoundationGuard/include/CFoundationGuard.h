/*
 * Keeps Foundation's Process from listing the descriptors of this process when it starts another one.
 *
 * For each start Foundation reads /proc/self/fd and orders one close for every number up to the highest. It copies 256 bytes of
 * each entry, of which most have 24: with about 1 365 descriptors the list fills a buffer of the C library to its end, and the
 * process dies of reading beyond it (swift-corelibs-foundation #5472). And with 2 500 descriptors the list costs 5 ms. Here
 * nothing needs to be closed: every descriptor is made close-on-exec before a start, and the launcher hands back what Foundation
 * makes for it, or closes it.
 */
#ifndef CFOUNDATIONGUARD_H
#define CFOUNDATIONGUARD_H

/* From now on, and on this thread alone, directories seem to hold one entry, "3"; until the other one is called. */
void cfoundationguard_begin(void);
void cfoundationguard_end(void);

#endif
