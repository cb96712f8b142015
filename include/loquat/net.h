/* loquat/net.h - libloquat-net: sockets, DNS and a loop for streams.
 *
 * A net drives any number of streams of one context.  Alone:
 *
 *     lq_net *net = lq_net_new(context);
 *     lq_stream_start(stream, lq_net_now(net));
 *     lq_net_add(net, stream);
 *     while ((event = lq_net_event(net, &stream)) != NULL) { ... }
 *
 * Within another loop: watch lq_net_fd() for reading, for lq_net_wait()
 * milliseconds at the most, then
 *
 *     lq_net_dispatch(net, 0);
 *     while ((stream = lq_net_next(net)) != NULL) {
 *         while ((event = lq_stream_event(stream)) != NULL) { ... }
 *     }
 *
 * Nothing in it blocks but lq_net_event(), and lq_net_dispatch() for the time
 * given.  Who calls stream functions outside of these two calls
 * lq_net_dispatch(net, 0) afterwards, so that what was sent leaves.  Handlers
 * of modules have no business here: inside one a stream can be added, but
 * neither served nor removed.
 *
 * For bindings: loquat-net.cdef declares what is in this header alone, and is
 * loaded after loquat.cdef. */
#ifndef LOQUAT_NET_H
#define LOQUAT_NET_H

#include "context.h"
#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_net lq_net;

/* A driver for CONTEXT's streams; CONTEXT may be freed before it.  It also
 * keeps the context's wall clock.  NULL when memory or descriptors run out, or
 * CONTEXT is NULL. */
LQ_API lq_net *lq_net_new(lq_context *context);

/* Close all connections and forget the streams, which are the caller's and may
 * be freed before or after; one that is to live on is removed first.  NULL is
 * fine.  Not to be called inside a handler. */
LQ_API void lq_net_free(lq_net *net);

/* Drive STREAM from now on.  LQ_OK, LQ_E_NOMEM; LQ_E_ARGUMENT if it is driven
 * already or is another context's. */
LQ_API int lq_net_add(lq_net *net, lq_stream *stream);

/* Close STREAM's connection, if any, and drive it no longer: to be called
 * before lq_stream_free().  LQ_OK; LQ_E_ARGUMENT if it is not driven;
 * LQ_E_BUSY inside a handler of STREAM, and nothing has changed. */
LQ_API int lq_net_remove(lq_net *net, lq_stream *stream);

/* The clock whose milliseconds stream functions take. */
LQ_API lq_time lq_net_now(const lq_net *net);

/* A descriptor that is readable when lq_net_dispatch() has work. */
LQ_API int lq_net_fd(const lq_net *net);

/* Milliseconds until lq_net_dispatch() has work all the same; -1: never. */
LQ_API int lq_net_wait(const lq_net *net);

/* Wait for work for up to TIMEOUT milliseconds (0: not at all, -1: without
 * end) and do it.  LQ_OK; LQ_E_NET if the operating system failed; LQ_E_BUSY
 * inside a handler whose stream has work, which waits then. */
LQ_API int lq_net_dispatch(lq_net *net, int timeout);

/* A stream that may have events waiting, or NULL; each once until it has new
 * ones.  Taking them makes answers, so lq_net_wait() is 0 until the next
 * lq_net_dispatch(). */
LQ_API lq_stream *lq_net_next(lq_net *net);

/* The next event of any stream, waiting for it as long as it takes, whatever
 * signals come: who must notice those watches lq_net_fd(), or uses
 * lq_net_dispatch() with a timeout.  *STREAM
 * (may be NULL) becomes its stream.  NULL when no stream is left that could
 * have one, all being closed or none started, or the system failed, and inside
 * a handler. */
LQ_API const lq_event *lq_net_event(lq_net *net, lq_stream **stream);

/* Ask these name servers instead of the system's: "127.0.0.1:5353,[::1]:53".
 * NULL takes that back.  LQ_OK, LQ_E_ARGUMENT, LQ_E_NOMEM. */
LQ_API int lq_net_set_resolver(lq_net *net, const char *servers);

LQ_END
#endif
