/* liveness.c - is the peer still there, and does the path still know us?
 *
 * If nothing has come for a while the server is pinged (XEP-0199); if nothing
 * at all comes after that either, the connection is dead.  A request for
 * acknowledgement (XEP-0198) does as well as a ping.  Where the path is narrow
 * both may wait behind what else is to leave: as long as that leaves, the
 * server is given more time.  If nothing has left
 * for a while a blank does, for the sake of routers that forget (RFC 6120,
 * 4.6.1).  The timers do not follow each byte: when one fires it looks at the
 * clock and sleeps on. */
#include <string.h>

#include "stream/stream.h"

static const char ns_ping[] = "urn:xmpp:ping";

static lq_time liveness_left(const lq_stream *stream, lq_time since,
                             int timeout)
{
    lq_time ms = stream->config.timeouts[timeout];

    return lq_time_after(
        since, timeout == LQ_TIMEOUT_SPACE ? lq_limits_space(stream, ms) : ms);
}

lq_id lq_liveness_ping(lq_stream *stream)
{
    lq_builder *b = lq_build_iq(stream, LQ_GET, lq_jid_domain(stream->self));

    lq_build_child(b, "ping", ns_ping, "");
    return lq_ticket_request(stream, b, NULL, 0, true);
}

static void liveness_dead(lq_stream *stream)
{
    lq_stream_fail(stream,
                   &(lq_fault){ LQ_LAYER_NET, LQ_E_DEAD, "connection-timeout",
                                NULL, "The server does not answer any more.",
                                .tell = true });
}

/* Whether our question may still be on its way, since what stands before it
 * was: then it counts from now. */
static bool liveness_moves(lq_stream *stream)
{
    bool moves =
        !lq_outbox_is_empty(&stream->outbox) && stream->spoken > stream->pinged;

    if (moves) {
        stream->pinged = stream->now;
    }
    return moves;
}

static void idle_fire(lq_stream *stream, lq_timer *timer)
{
    bool asked = stream->pinged != LQ_NEVER;
    lq_time due = asked ? liveness_left(stream, stream->pinged, LQ_TIMEOUT_PING)
                        : liveness_left(stream, stream->heard, LQ_TIMEOUT_IDLE);

    if (due > stream->now || due == LQ_NEVER) {
        lq_timer_set(stream, timer, due);
    } else if (asked && liveness_moves(stream)) {
        lq_timer_set(stream, timer,
                     liveness_left(stream, stream->now, LQ_TIMEOUT_PING));
    } else if (asked) {
        liveness_dead(stream);
    } else {
        lq_liveness_ask(stream);
    }
}

void lq_liveness_probe(lq_stream *stream)
{
    if (stream->pinged == LQ_NEVER &&
        stream->config.timeouts[LQ_TIMEOUT_IDLE] != LQ_NEVER) {
        stream->pinged = stream->now;
        lq_timer_set(stream, &stream->idle,
                     liveness_left(stream, stream->now, LQ_TIMEOUT_PING));
    }
}

void lq_liveness_ask(lq_stream *stream)
{
    if (stream->pinged == LQ_NEVER && stream->state == LQ_STATE_ONLINE &&
        !stream->ending) {
        lq_liveness_probe(stream);
        lq_liveness_ping(stream);
    }
}

static void space_fire(lq_stream *stream, lq_timer *timer)
{
    lq_time due = liveness_left(stream, stream->spoken, LQ_TIMEOUT_SPACE);

    if (due <= stream->now) {
        lq_stream_write(stream, " ", 1);
        due = liveness_left(stream, stream->now, LQ_TIMEOUT_SPACE);
    }
    lq_timer_set(stream, timer, due);
}

void lq_liveness_init(lq_stream *stream)
{
    stream->idle.fire = idle_fire;
    stream->space.fire = space_fire;
    stream->idle.fixed = stream->space.fixed = true;
    stream->pinged = LQ_NEVER;
}

void lq_liveness_start(lq_stream *stream)
{
    stream->pinged = LQ_NEVER;
    lq_timer_set(stream, &stream->idle,
                 liveness_left(stream, stream->now, LQ_TIMEOUT_IDLE));
    lq_timer_set(stream, &stream->space,
                 liveness_left(stream, stream->now, LQ_TIMEOUT_SPACE));
}

void lq_liveness_stop(lq_stream *stream)
{
    lq_timer_set(stream, &stream->idle, LQ_NEVER);
    lq_timer_set(stream, &stream->space, LQ_NEVER);
}
