/* line.c - a line's life: idle, lookup, opening, open, closing, and idle again.
 *
 * Whatever happens (a descriptor is ready, an answer came, a deadline passed,
 * the stream has changed) only wakes the line.  Then it is served: one step
 * after the other, each a function of the line's phase and the stream's wish,
 * until one has nothing more to do.  So everything is done in one place, and
 * no callback ever runs inside another.
 *
 * Bytes that the stream did not take are kept as the rest.  Until it has taken
 * them nothing more is read, and the line is parked among the paused ones. */
#include "line.h"

#include "net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_CLOSE_TIMEOUT = 1000 };

lq_line *lq_line_new(lq_net *net, lq_stream *stream)
{
    lq_line *line = calloc(1, sizeof(*line));

    if (line != NULL) {
        line->net = net;
        line->stream = stream;
        line->work.line = line;
        line->news.line = line;
        line->parked.line = line;
    }
    return line;
}

/* Back to idle. */
static void line_reset(lq_line *line)
{
    if (line->wire != NULL) {
        line->wire->transport->close(line->wire);
        line->wire = NULL;
    }
    lq_lookup_free(line->lookup);
    line->lookup = NULL;
    lq_targets_clear(&line->targets);
    free(line->rest);
    line->rest = NULL;
    line->rest_len = 0;
    line->mute = false;
    lq_list_remove(&line->parked);
    line->phase = LQ_PHASE_IDLE;
}

void lq_line_free(lq_line *line)
{
    line_reset(line);
    lq_list_remove(&line->work);
    lq_list_remove(&line->news);
    line->net->alive -= line->alive;
    free(line);
}

void lq_line_park(lq_line *line, lq_link *list, lq_time ms)
{
    line->deadline = lq_net_now(line->net) + ms;
    lq_list_append(list, &line->parked);
}

void lq_line_count(lq_line *line)
{
    int state = lq_stream_state(line->stream);
    bool alive = line->phase != LQ_PHASE_IDLE ||
                 (state != LQ_STATE_IDLE && state != LQ_STATE_CLOSED);

    line->net->alive += alive - line->alive;
    line->alive = alive;
}

/* ---- to a connection ---- */

/* Each step returns whether there is another to take. */
typedef bool line_step(lq_line *line);

static bool line_unreachable(lq_line *line, const char *why)
{
    lq_stream_unreachable(line->stream, lq_net_now(line->net), why);
    line_reset(line);
    return true;
}

/* The one target that is named, or all that DNS knows. */
static int line_begin(lq_line *line)
{
    const char *host = lq_stream_target_host(line->stream);
    int transport = lq_stream_target_transport(line->stream);

    if (host == NULL) {
        line->phase = LQ_PHASE_LOOKUP;
        line->lookup = lq_lookup_new(
            line, lq_stream_target_domain(line->stream), transport);
        return line->lookup == NULL ? LQ_E_NOMEM : LQ_OK;
    }
    line->phase = LQ_PHASE_OPENING;
    if (transport == LQ_TRANSPORT_ANY) {
        transport = LQ_TRANSPORT_STARTTLS;
    }
    return lq_targets_add(&line->targets, host,
                          lq_stream_target_port(line->stream), transport);
}

static bool line_idle(lq_line *line)
{
    return lq_stream_wish(line->stream) == LQ_WISH_CONNECT &&
           (line_begin(line) >= 0 || line_unreachable(line, "out of memory"));
}

static bool line_lookup(lq_line *line)
{
    if (lq_stream_wish(line->stream) != LQ_WISH_CONNECT) {
        line_reset(line);
        return true;
    }
    if (!lq_lookup_is_done(line->lookup)) {
        return false;
    }
    lq_lookup_free(line->lookup);
    line->lookup = NULL;
    line->phase = LQ_PHASE_OPENING;
    return true;
}

static bool line_next_target(lq_line *line)
{
    const lq_target *target = lq_targets_next(&line->targets);

    if (target == NULL) {
        return line_unreachable(line, line->targets.text);
    }
    line->transport = target->transport;
    line->wire = lq_transport_for(target)->open(line, target);
    if (line->wire == NULL) {
        lq_targets_say(&line->targets, target, NULL, "out of memory");
    }
    return true;
}

static bool line_connected(lq_line *line)
{
    lq_stream *stream = line->stream;

    lq_stream_connected(stream, lq_net_now(line->net), line->transport);
    if (lq_stream_wish(stream) == LQ_WISH_CONNECT) {
        return line_unreachable(line, "out of memory"); /* it did not take */
    }
    lq_list_remove(&line->parked);
    lq_targets_clear(&line->targets);
    line->phase = LQ_PHASE_OPEN;
    return true;
}

static bool line_opening(lq_line *line)
{
    int rv;

    if (lq_stream_wish(line->stream) != LQ_WISH_CONNECT) {
        line_reset(line);
        return true;
    }
    if (line->wire == NULL) {
        return line_next_target(line);
    }
    rv = line->wire->transport->proceed(line->wire);
    if (rv < 0) {
        line->wire->transport->close(line->wire);
        line->wire = NULL;
        lq_list_remove(&line->parked);
        return true;
    }
    return rv > 0 && line_connected(line);
}

/* ---- a connection ---- */

/* What came of reading or writing. */
typedef enum line_result {
    LINE_DONE = 0, /* something, if there was anything to do */
    LINE_WAIT,     /* nothing: the socket or the stream is not ready */
    LINE_OVER,     /* the connection is gone, or memory was */
} line_result;

static bool line_disconnected(lq_line *line, int error)
{
    line_reset(line);
    lq_stream_disconnected(line->stream, lq_net_now(line->net), error);
    return true;
}

/* Give LEN bytes at DATA, which may be the rest itself, to the stream and keep
 * what it leaves. */
static line_result line_take(lq_line *line, const char *data, size_t len)
{
    int taken = lq_stream_recv(line->stream, lq_net_now(line->net), data, len);
    size_t left = taken < 0 ? 0 : len - (size_t)taken;
    char *rest = NULL;

    if (taken < 0 && lq_stream_wish(line->stream) != LQ_WISH_CLOSE) {
        return LINE_OVER; /* the bytes are lost, and the thread with them */
    }
    if (left > 0) {
        rest = malloc(left);
        if (rest == NULL) {
            return LINE_OVER;
        }
        memcpy(rest, data + taken, left);
    }
    free(line->rest);
    line->rest = rest;
    line->rest_len = left;
    return taken == 0 ? LINE_WAIT : LINE_DONE;
}

/* Read once: epoll reports again what more there is, and others have their
 * turn in between. */
static line_result line_read(lq_line *line)
{
    lq_net *net = line->net;
    ssize_t n;

    if (!lq_stream_can_recv(line->stream)) {
        return LINE_WAIT;
    }
    if (line->rest != NULL) {
        return line_take(line, line->rest, line->rest_len);
    }
    n = line->wire->transport->read(line->wire, net->scratch,
                                    sizeof(net->scratch));
    if (n > 0) {
        return line_take(line, net->scratch, (size_t)n);
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && !line->mute) {
        return LINE_WAIT;
    }
    return LINE_OVER;
}

static line_result line_write(lq_line *line)
{
    const void *output;
    size_t len;
    ssize_t n;

    while ((output = lq_stream_output(line->stream, &len)) != NULL) {
        n = line->wire->transport->write(line->wire, output, len);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR ? LINE_WAIT : LINE_OVER;
        }
        lq_stream_sent(line->stream, lq_net_now(line->net), (size_t)n);
    }
    return LINE_DONE;
}

/* Have the line woken for what it waits for. */
static bool line_watch(lq_line *line, bool paused, bool output)
{
    if (paused) {
        lq_list_append(&line->net->paused, &line->parked);
    } else {
        lq_list_remove(&line->parked);
    }
    return line->wire->transport->watch(line->wire, !paused, output) < 0 &&
           line_disconnected(line, LQ_E_NET);
}

static bool line_close(lq_line *line)
{
    lq_line_park(line, &line->net->closing, LINE_CLOSE_TIMEOUT);
    line->phase = LQ_PHASE_CLOSING;
    return true;
}

/* After writing has failed all that can still be read is read: often it tells
 * why. */
static bool line_open(lq_line *line)
{
    bool could = lq_stream_can_recv(line->stream), can;
    line_result read, written = LINE_OVER;

    if (lq_stream_wish(line->stream) != LQ_WISH_KEEP) {
        return line_close(line);
    }
    read = line_read(line);
    if (read == LINE_OVER) {
        return line_disconnected(line, LQ_E_NET);
    }
    if (!line->mute) {
        written = line_write(line);
        line->mute = written == LINE_OVER;
    }
    can = lq_stream_can_recv(line->stream);
    if (lq_stream_wish(line->stream) != LQ_WISH_KEEP ||
        (can && (line->rest != NULL || line->mute) &&
         (read == LINE_DONE || !could))) {
        return true;
    }
    return line_watch(line, line->rest != NULL || !can, written == LINE_WAIT);
}

static bool line_closing(lq_line *line)
{
    line_result written = line->mute ? LINE_OVER : line_write(line);

    if (written == LINE_WAIT && lq_net_now(line->net) < line->deadline &&
        line->wire->transport->watch(line->wire, false, true) >= 0) {
        return false;
    }
    return line_disconnected(line, written == LINE_DONE ? 0 : LQ_E_NET);
}

static line_step *const steps[] = {
    [LQ_PHASE_IDLE] = line_idle,       [LQ_PHASE_LOOKUP] = line_lookup,
    [LQ_PHASE_OPENING] = line_opening, [LQ_PHASE_OPEN] = line_open,
    [LQ_PHASE_CLOSING] = line_closing,
};

void lq_line_serve(lq_line *line)
{
    while (steps[line->phase](line)) {
    }
    lq_line_count(line);
}
