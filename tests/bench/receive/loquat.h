/* loquat.h - what the readers that are Loquat share. */
#ifndef BENCH_LOQUAT_H
#define BENCH_LOQUAT_H

#include "../common/desk.h"

/* A new stream with ten handlers, not yet logged in. */
lq_stream *loquat_stream(desk *d);

/* Give STREAM, the only one on its desk, what has been read, and serve it as
 * its driver and program would. */
void loquat_read(desk *d, lq_stream *stream, const char *bytes, size_t len);

#endif
