/* reader.h - who can be given the bytes of a corpus.
 *
 * begin() and end() are not measured, read() is.  It hands over all of the
 * corpus in pieces of CHUNK bytes; what makes a tree looks at "from", "type",
 * "id" and the body of each stanza, as a program would, and counts it. */
#ifndef BENCH_READER_H
#define BENCH_READER_H

#include "../common/bench.h"
#include "../common/corpus.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct feed {
    const struct corpus *corpus;
    size_t chunk;
    size_t stanzas; /* that the reader counted */
    void *self;     /* the reader's own */
} feed;

typedef struct reader {
    const char *name;
    const char *about;
    void (*begin)(feed *f); /* may be NULL */
    void (*read)(feed *f);
    void (*end)(feed *f); /* may be NULL */
} reader;

/* Each list ends with a reader without a name. */
extern const reader readers_floors[], readers_loquat[], readers_peers[],
    readers_tls[];

/* The next piece behind *AT, or NULL; *AT goes behind it. */
char *feed_next(const feed *f, size_t *at, size_t *len);

#ifdef __cplusplus
}
#endif
#endif
