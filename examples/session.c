/* session.c - from options to a stream that is online, and the loop.
 *
 * lq_net_event() would do for a program that waits for nothing but its stream.
 * Here is the longer way: lq_net_fd() among other descriptors. */
#include "session.h"

#include <poll.h>

bool session_make(session *s, const options *o, lq_config *config)
{
    *s = (session){ .trace = o->trace };
    s->context = lq_context_new();
    s->net = s->context == NULL ? NULL : lq_net_new(s->context);
    s->stream = s->net == NULL ? NULL : lq_stream_new(s->context, config);
    lq_config_free(config);
    return s->stream != NULL;
}

bool session_open(session *s, const options *o, const char *jid, bool forever)
{
    lq_config *config = options_config(o, jid);

    *s = (session){ .trace = o->trace };
    if (config == NULL) {
        return false;
    }
    if (!forever) {
        lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    }
    return session_make(s, o, config);
}

bool session_start(session *s)
{
    lq_stream_trace(s->stream, s->trace);
    if (lq_stream_start(s->stream, lq_net_now(s->net)) < 0) {
        print_failure(lq_stream_failure(s->stream));
        return false;
    }
    return lq_net_add(s->net, s->stream) == LQ_OK;
}

void session_stop(session *s) { lq_stream_stop(s->stream, lq_net_now(s->net)); }

lq_time session_after(const session *s, lq_time ms)
{
    return lq_net_now(s->net) + ms;
}

/* Milliseconds until the net or we have something to do. */
static int session_wait(const session *s, lq_time until)
{
    int wait = lq_net_wait(s->net);
    lq_time left = until - lq_net_now(s->net);

    if (until == LQ_NEVER || (wait >= 0 && wait <= left)) {
        return wait;
    }
    return left > 0 ? (int)left : 0;
}

const lq_event *session_event(session *s, lq_time until, int fd)
{
    struct pollfd fds[] = { { .fd = lq_net_fd(s->net), .events = POLLIN },
                            { .fd = fd, .events = POLLIN } };
    const lq_event *event;

    while ((event = lq_stream_event(s->stream)) == NULL) {
        lq_net_dispatch(s->net, 0);
        if (lq_net_next(s->net) != NULL) {
            continue; /* it is our only stream */
        }
        if (until != LQ_NEVER && lq_net_now(s->net) >= until) {
            return NULL;
        }
        if (poll(fds, 2, session_wait(s, until)) > 0 && fds[1].revents != 0) {
            return NULL;
        }
    }
    return event;
}

void session_close(session *s)
{
    lq_net_free(s->net);
    lq_stream_free(s->stream);
    lq_context_free(s->context);
}
