/* corpus.c - see corpus.h. */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

static void *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
        (size = ftell(file)) < 0) {
        bench_die("%s cannot be read", path);
    }
    rewind(file);
    bytes = bench_alloc((size_t)size + 1);
    *len = fread(bytes, 1, (size_t)size, file);
    bytes[*len] = '\0';
    fclose(file);
    return bytes;
}

corpus corpus_read(const char *path, size_t limit)
{
    char index[4096];
    corpus c;
    size_t size;

    snprintf(index, sizeof(index), "%s.idx", path);
    c.bytes = read_file(path, &c.len);
    c.starts = read_file(index, &size);
    c.count = size / sizeof(*c.starts);
    if (c.count < 2 || c.starts[c.count - 1] != c.len) {
        bench_die("%s and its index do not fit", path);
    }
    c.count--;
    if (limit > 0 && limit < c.count) {
        c.count = limit;
        c.len = c.starts[limit];
        c.bytes[c.len] = '\0';
    }
    return c;
}

void corpus_free(corpus *c)
{
    free(c->bytes);
    free(c->starts);
}
