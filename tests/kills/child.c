/* child.c - see child.h.
 *
 * Its books are the number that it sent last, and the serial and the number of
 * each message that came.  A number counts as sent when send() has taken it,
 * and that is stored together with what the stream has to save of it, so that
 * the next process knows of both or of neither.  A message is written down as
 * it comes, and what the stream saves a little later: whoever is killed between
 * is given the message once more. */
#define _POSIX_C_SOURCE 200809L

#include "child.h"

#include <stdio.h>
#include <unistd.h>

#include "store.h"

enum {
    PAUSE = 5,     /* ms between two messages */
    LATER = 12,    /* ms from SAVE to saving */
    QUIET = 2500,  /* ms without an event: nothing comes any more */
    LIFETIME = 60, /* seconds */
};

#define PEER CHILD_PEER "@" PLACE_DOMAIN "/" PEER_RESOURCE

typedef struct child {
    lq_context *context;
    lq_net *net;
    lq_stream *stream;
    store store;
    lq_time next, heard;
    lq_time due[LQ_SAVED_RECORDS + 1]; /* when to save, or 0 */
    bool last, stopping, closed, broken;
} child;

static void child_save(child *c, int which)
{
    size_t len;
    const void *bytes = lq_stream_save(c->stream, which, &len);

    c->due[which] = 0;
    if (bytes == NULL) {
        return; /* SAVE tells of SESSION then */
    }
    if (which == LQ_SAVED_SESSION) {
        c->due[LQ_SAVED_RECORDS] = 0;
    }
    if (!store_put(&c->store, which, bytes, len)) {
        c->broken = true;
        return;
    }
    lq_stream_saved(c->stream, lq_net_now(c->net), which);
}

/* Save what was due at NOW. */
static void child_save_due(child *c, lq_time now)
{
    for (int which = LQ_SAVED_ACCOUNT; which <= LQ_SAVED_RECORDS; which++) {
        if (c->due[which] > 0 && c->due[which] <= now) {
            child_save(c, which);
        }
    }
}

static void child_is_told_to_save(child *c, int which)
{
    if (c->due[which] == 0) {
        c->due[which] = lq_net_now(c->net) + LATER;
    }
}

static void child_take(child *c, const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_SAVE:
        child_is_told_to_save(c, event->id);
        return;
    case LQ_EVENT_MESSAGE:
        c->broken = !store_note(&c->store, lq_stream_serial(c->stream),
                                place_number(event->stanza)) ||
                    c->broken;
        break;
    case LQ_EVENT_DELIVERY:
        c->store.undelivered += lq_event_delivery(event) != LQ_DELIVERY_ACKED;
        break;
    case LQ_EVENT_ONLINE:
        fprintf(stderr, "%s\n", lq_event_resumed(event) ? "resumed" : "online");
        break;
    case LQ_EVENT_OFFLINE:
        fprintf(stderr, "offline: %s\n",
                lq_failure_message(lq_event_failure(event)));
        break;
    case LQ_EVENT_CLOSED:
        c->closed = true;
        break;
    default:
        return;
    }
    c->heard = lq_net_now(c->net);
}

static void child_turn(child *c)
{
    const lq_event *event;
    lq_time now;

    lq_net_dispatch(c->net, PAUSE);
    while (lq_net_next(c->net) != NULL) {
        while ((event = lq_stream_event(c->stream)) != NULL) {
            child_take(c, event);
        }
    }
    now = lq_net_now(c->net);
    child_save_due(c, now);
    if (!c->last && now >= c->next &&
        place_send(c->stream, PEER, c->store.sent + 1) > 0) {
        c->store.sent++;
        c->next = now + PAUSE;
    }
    if (c->last && !c->stopping && now > c->heard + QUIET &&
        lq_stream_state(c->stream) == LQ_STATE_ONLINE) {
        c->stopping = true;
        lq_stream_stop(c->stream, now);
    }
    lq_net_dispatch(c->net, 0);
}

static bool child_begin(child *c, const place *where, const char *path)
{
    lq_config *config = place_config(where, CHILD_USER, CHILD_RESOURCE);
    bool fine = store_open(&c->store, path);

    lq_config_set_durable(config, true);
    fine = fine &&
           lq_config_set_saved(config, LQ_SAVED_ACCOUNT, c->store.account.bytes,
                               c->store.account.len) == LQ_OK &&
           lq_config_set_saved(config, LQ_SAVED_SESSION, c->store.session.bytes,
                               c->store.session.len) == LQ_OK;
    c->context = lq_context_new();
    c->net = lq_net_new(c->context);
    c->stream = lq_stream_new(c->context, config);
    lq_config_free(config);
    fine = fine && lq_net_add(c->net, c->stream) == LQ_OK &&
           lq_stream_start(c->stream, lq_net_now(c->net)) == LQ_OK;
    c->heard = lq_net_now(c->net);
    return fine;
}

int child_run(const place *where, const char *path, bool last)
{
    child c = { .last = last };
    bool fine;

    alarm(LIFETIME);
    fine = child_begin(&c, where, path);
    while (fine && !c.closed && !c.broken) {
        child_turn(&c);
    }
    if (c.closed) {
        child_save_due(&c, LQ_NEVER);
    }
    fprintf(stderr, "ends: %d %d %d\n", fine, c.closed, c.broken);
    lq_net_free(c.net);
    lq_stream_free(c.stream);
    lq_context_free(c.context);
    store_close(&c.store);
    return fine && c.stopping && !c.broken ? 0 : 1;
}
