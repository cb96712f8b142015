/* net.c - the loop.
 *
 * A turn has three parts: settle what changed in the streams, wait, and wake
 * the lines for which something happened.  Lines that were woken stand in the
 * list "work"; settling serves them until nothing is left, asking the context
 * in between which streams changed by that.  No list is ever searched.
 *
 * A program that was named a stream takes its events outside of here, and the
 * stream may then have something to write or take bytes again: lq_net_wait()
 * is 0 until that has been looked after. */
#include "net.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

enum { NET_WALLCLOCK_EVERY = 60000 };

static int64_t net_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void net_set_wallclock(lq_net *net, lq_time now)
{
    if (now >= net->wallclock_due) {
        lq_context_set_wallclock(net->context, net_clock(CLOCK_REALTIME), now);
        net->wallclock_due = now + NET_WALLCLOCK_EVERY;
    }
}

lq_net *lq_net_new(lq_context *context)
{
    lq_net *net = context == NULL ? NULL : calloc(1, sizeof(*net));

    if (net == NULL) {
        return NULL;
    }
    if (lq_poll_init(&net->poll) < 0) {
        free(net);
        return NULL;
    }
    net->context = context;
    lq_resolver_init(&net->resolver, &net->poll);
    lq_list_init(&net->work);
    lq_list_init(&net->news);
    lq_list_init(&net->opening);
    lq_list_init(&net->closing);
    lq_list_init(&net->paused);
    net_set_wallclock(net, lq_net_now(net));
    return net;
}

/* Whether a handler of LINE's stream is running: then it can be told nothing.
 * To tick too often does no harm. */
static bool net_is_inside(const lq_net *net, const lq_line *line)
{
    return lq_stream_tick(line->stream, lq_net_now(net)) == LQ_E_BUSY;
}

void lq_net_free(lq_net *net)
{
    size_t cursor = 0;
    lq_line *line;

    if (net == NULL) {
        return;
    }
    while ((line = lq_books_next(&net->books, &cursor)) != NULL) {
        lq_line_free(line);
    }
    lq_books_clear(&net->books);
    lq_resolver_clear(&net->resolver);
    lq_poll_clear(&net->poll);
    free(net);
}

void lq_net_wake(lq_line *line)
{
    if (!lq_list_has(&line->work)) {
        lq_list_append(&line->net->work, &line->work);
    }
}

static void net_announce(lq_line *line)
{
    if (!lq_list_has(&line->news)) {
        lq_list_append(&line->net->news, &line->news);
    }
}

/* What STREAM told the context before now was told in vain: look anew. */
int lq_net_add(lq_net *net, lq_stream *stream)
{
    lq_line *line;

    if (stream == NULL || lq_stream_context(stream) != net->context ||
        lq_books_find(&net->books, stream) != NULL) {
        return LQ_E_ARGUMENT;
    }
    line = lq_line_new(net, stream);
    if (line == NULL) {
        return LQ_E_NOMEM;
    }
    if (lq_books_add(&net->books, line) < 0) {
        lq_line_free(line);
        return LQ_E_NOMEM;
    }
    lq_line_count(line);
    lq_net_wake(line);
    net_announce(line);
    return LQ_OK;
}

int lq_net_remove(lq_net *net, lq_stream *stream)
{
    lq_line *line = lq_books_find(&net->books, stream);
    bool connected;

    if (line == NULL) {
        return LQ_E_ARGUMENT;
    }
    if (net_is_inside(net, line)) {
        return LQ_E_BUSY;
    }
    connected = line->phase == LQ_PHASE_OPEN || line->phase == LQ_PHASE_CLOSING;
    if (net->current == line) {
        net->current = NULL;
    }
    lq_books_remove(&net->books, line);
    lq_line_free(line);
    if (connected) {
        lq_stream_disconnected(stream, lq_net_now(net), LQ_E_NET);
    }
    return LQ_OK;
}

lq_time lq_net_now(const lq_net *net)
{
    (void)net;
    return net_clock(CLOCK_BOOTTIME); /* which goes on in a sleep */
}

int lq_net_fd(const lq_net *net) { return net->poll.fd; }

int lq_net_set_resolver(lq_net *net, const char *servers)
{
    return lq_resolver_set_servers(&net->resolver, servers);
}

/* ---- a turn ---- */

/* Serve whom something happened to.  Returns 1 if a stream has news that the
 * program was not told of, else LQ_OK; or LQ_E_BUSY: one waits for a handler
 * of its own to end. */
static int net_settle(lq_net *net)
{
    const lq_link *last = net->news.prev;
    lq_stream *stream;
    lq_line *line;

    net->touched = false;
    do {
        while ((stream = lq_context_ready(net->context)) != NULL) {
            line = lq_books_find(&net->books, stream);
            if (line != NULL) {
                lq_net_wake(line);
                net_announce(line);
            }
        }
        line = lq_list_take(&net->work);
        if (line != NULL && net_is_inside(net, line)) {
            lq_net_wake(line);
            return LQ_E_BUSY;
        }
        if (line != NULL) {
            lq_line_serve(line);
        }
    } while (line != NULL);
    return net->news.prev != last;
}

/* Wake the lines in LIST that have waited until NOW. */
static void net_expire(lq_link *list, lq_time now)
{
    lq_line *line;

    while ((line = lq_list_first(list)) != NULL && line->deadline <= now) {
        lq_net_wake(lq_list_take(list));
    }
}

static void net_tick(lq_net *net)
{
    lq_time now = lq_net_now(net);
    lq_stream *stream;

    net_set_wallclock(net, now);
    net_expire(&net->opening, now);
    net_expire(&net->closing, now);
    while ((stream = lq_context_due(net->context, now)) != NULL &&
           lq_stream_tick(stream, now) != LQ_E_BUSY) {
    }
    lq_resolver_tick(&net->resolver);
}

/* The earlier of two moments. */
static lq_time net_earlier(lq_time a, lq_time b)
{
    return a == LQ_NEVER || (b != LQ_NEVER && b < a) ? b : a;
}

static lq_time net_first(const lq_link *list)
{
    const lq_line *line = lq_list_first(list);

    return line == NULL ? LQ_NEVER : line->deadline;
}

int lq_net_wait(const lq_net *net)
{
    lq_time now = lq_net_now(net), due = lq_context_deadline(net->context);
    int resolver = lq_resolver_wait(&net->resolver);

    if (net->touched || lq_list_first(&net->work) != NULL) {
        return 0;
    }
    due = net_earlier(due, net_first(&net->opening));
    due = net_earlier(due, net_first(&net->closing));
    due = net_earlier(due, resolver < 0 ? LQ_NEVER : now + resolver);
    if (due == LQ_NEVER) {
        return -1;
    }
    return due <= now ? 0 : due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

int lq_net_dispatch(lq_net *net, int timeout)
{
    int wait, rv, settled;
    lq_line *line;

    while ((line = lq_list_take(&net->paused)) != NULL) {
        lq_net_wake(line);
    }
    settled = net_settle(net);
    if (settled < 0) {
        return settled;
    }
    if (settled > 0) {
        timeout = 0; /* there is something to tell */
    }
    wait = lq_net_wait(net);
    if (wait < 0 || (timeout >= 0 && timeout < wait)) {
        wait = timeout;
    }
    rv = lq_poll_wait(&net->poll, wait);
    net_tick(net);
    settled = net_settle(net);
    return rv < 0 || settled > 0 ? rv : settled;
}

/* ---- events ---- */

lq_stream *lq_net_next(lq_net *net)
{
    const lq_line *line = lq_list_take(&net->news);

    if (line == NULL) {
        return NULL;
    }
    net->touched = true;
    return line->stream;
}

/* The next event of the stream whose turn it is. */
static const lq_event *net_current_event(lq_net *net)
{
    const lq_event *event;

    if (net->current == NULL) {
        return NULL;
    }
    event = lq_stream_event(net->current->stream);
    if (event == NULL) {
        lq_line_count(net->current);
        net->current = NULL;
    }
    return event;
}

const lq_event *lq_net_event(lq_net *net, lq_stream **stream)
{
    const lq_event *event;

    if (net->current != NULL && net_is_inside(net, net->current)) {
        return NULL;
    }
    while ((event = net_current_event(net)) == NULL) {
        net->current = lq_list_take(&net->news);
        if (net->current != NULL) {
            continue;
        }
        if (net_settle(net) > 0) {
            continue;
        }
        if (net->alive == 0 || lq_net_dispatch(net, -1) < 0) {
            return NULL;
        }
    }
    if (stream != NULL) {
        *stream = net->current->stream;
    }
    return event;
}
