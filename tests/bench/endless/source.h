/* source.h - what an endless stream brings, one lap of stanzas at a time. */
#ifndef BENCH_SOURCE_H
#define BENCH_SOURCE_H

#include <stddef.h>

typedef struct source {
    const char *name;
    const char *about;
    size_t (*write)(char *to, size_t serial); /* one stanza; NULL: a corpus */
} source;

enum { SOURCE_STANZA_MAX = 512 }; /* that write() makes */

extern const source sources[]; /* ends with one without a name */

#endif
