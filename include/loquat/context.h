/* loquat/context.h - what the streams of one thread share.
 *
 * The XML parser, spare memory, TLS credentials with the system's trust, and
 * the books of which stream changed and which has the next deadline, so that
 * a driver of many streams never scans them all.  A context is counted by its
 * streams: it may be freed before them.
 *
 *     while ((stream = lq_context_ready(context)) != NULL) { serve(stream); }
 *     wait_until(lq_context_deadline(context));
 *     while ((stream = lq_context_due(context, now)) != NULL) {
 *         lq_stream_tick(stream, now);
 *     }
 *
 * A context and all its streams and stanzas belong to one thread. */
#ifndef LOQUAT_CONTEXT_H
#define LOQUAT_CONTEXT_H

#include "base.h"

LQ_BEGIN

/* NULL when memory runs out. */
LQ_API lq_context *lq_context_new(void);
LQ_API void lq_context_free(lq_context *context); /* NULL is fine */

/* Each stream once whose output, events, wish or deadline became new, or which
 * takes bytes again, since it was last returned; NULL when there is none. */
LQ_API lq_stream *lq_context_ready(lq_context *context);

/* The earliest lq_stream_deadline() of all streams, or LQ_NEVER. */
LQ_API lq_time lq_context_deadline(const lq_context *context);

/* A stream whose deadline is NOW or earlier, or NULL.  It stays due until it
 * is ticked. */
LQ_API lq_stream *lq_context_due(lq_context *context, lq_time now);

/* That it is UNIX_MS milliseconds after 1970-01-01T00:00:00Z at NOW on the
 * driver's clock.  Without it time stamps are left out, expiry is left to the
 * server, and each TLS handshake is a full one; call it now and then, since
 * clocks are set. */
LQ_API void lq_context_set_wallclock(lq_context *context, int64_t unix_ms,
                                     lq_time now);

LQ_END
#endif
