/* corpus.h - a file of generate's: what a server sends to one client. */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include <stddef.h>
#include <stdint.h>

typedef struct corpus {
    char *bytes; /* a NUL behind them */
    size_t len;
    uint64_t *starts; /* of each stanza, and of what follows the last; before
                         the first stands the stream header */
    size_t count;     /* stanzas */
} corpus;

/* Read PATH and PATH.idx, and of these the first LIMIT stanzas (0: all). */
corpus corpus_read(const char *path, size_t limit);
void corpus_free(corpus *c);

#endif
