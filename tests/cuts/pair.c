/* pair.c - see pair.h. */
#include "pair.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 10, /* messages that the other has not yet */
    BEYOND = 20, /* messages behind the cut, each way */
    PATIENCE = 30000,
};

/* ---- parties ---- */

static bool party_begin(party *y, pair *p, lq_context *context,
                        const place *where, const char *user, unsigned n)
{
    char resource[16];
    lq_config *config;

    snprintf(resource, sizeof(resource), "cut%u", n);
    y->enough = PAIR_MESSAGES;
    config = place_config(where, user, resource);
    lq_config_set_reconnect(config, 1, 20);
    y->stream = lq_stream_new(context, config);
    lq_config_free(config);
    return y->stream != NULL && lq_net_add(p->net, y->stream) == LQ_OK &&
           lq_stream_start(y->stream, lq_net_now(p->net)) == LQ_OK;
}

static void party_end(party *y, lq_net *net)
{
    lq_net_remove(net, y->stream);
    lq_stream_free(y->stream);
}

static void take_message(party *y, const lq_event *event)
{
    int64_t number = place_number(event->stanza);

    if (number <= 0 || number > PAIR_MOST) {
        y->strange++;
        return;
    }
    y->doubled += y->has[number];
    y->came += !y->has[number];
    y->has[number] = true;
}

/* Its name is the server's choice; NULL: it is offline again. */
static void take_online(party *y)
{
    const char *jid = lq_stream_jid(y->stream);

    y->online = true;
    snprintf(y->jid, sizeof(y->jid), "%s", jid == NULL ? "" : jid);
}

static void take(party *y, const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        take_online(y);
        y->resumed += lq_event_resumed(event);
        y->bound += !lq_event_resumed(event);
        break;
    case LQ_EVENT_OFFLINE:
        y->online = false;
        break;
    case LQ_EVENT_CLOSED:
        y->closed = true;
        break;
    case LQ_EVENT_MESSAGE:
        take_message(y, event);
        break;
    case LQ_EVENT_DELIVERY:
        y->acked += lq_event_delivery(event) == LQ_DELIVERY_ACKED;
        y->failed += lq_event_delivery(event) == LQ_DELIVERY_FAILED;
        y->unknown += lq_event_delivery(event) == LQ_DELIVERY_UNKNOWN;
        break;
    default:
        break;
    }
}

/* Whoever sees something happen is patient again. */
static void party_take(party *y, pair *p)
{
    const lq_event *event;

    while ((event = lq_stream_event(y->stream)) != NULL) {
        take(y, event);
        p->until = lq_net_now(p->net) + PATIENCE;
    }
}

/* Of what Y sent: what did not come to OTHER, and what will not. */
static int64_t missing(const party *y, const party *other)
{
    int64_t excused = y->failed + y->unknown;
    int64_t absent = y->sent - other->came;

    return absent > excused ? absent - excused : 0;
}

static void party_write(party *y, const party *other)
{
    while (y->sent < y->enough && missing(y, other) < WINDOW &&
           place_send(y->stream, other->jid, y->sent + 1) > 0) {
        y->sent++;
    }
}

static bool is_settled(const party *y, const party *other)
{
    return y->sent >= y->enough && missing(y, other) == 0 &&
           y->acked + y->failed + y->unknown == y->sent;
}

/* ---- both ---- */

bool pair_begin(pair *p, lq_context *context, lq_net *net, const place *where,
                unsigned n, const gate_cut *cut)
{
    place through = *where;

    *p = (pair){ .net = net, .until = lq_net_now(net) + PATIENCE };
    if (!gate_open(&p->gate, where->host, where->port, cut)) {
        return false;
    }
    through.port = p->gate.name;
    return party_begin(&p->her, p, context, &through, "alice", n) &&
           party_begin(&p->him, p, context, where, "bob", n);
}

void pair_end(pair *p)
{
    party_end(&p->her, p->net);
    party_end(&p->him, p->net);
    gate_close(&p->gate);
}

int64_t pair_lost(const pair *p)
{
    return missing(&p->her, &p->him) + missing(&p->him, &p->her);
}

/* Until the cut nobody has written enough, and then a little more is. */
static void note_cut(pair *p)
{
    bool waits = p->gate.cut.at != UINT64_MAX && !p->gate.done;

    if (waits) {
        p->her.enough = p->him.enough = PAIR_MOST;
    } else if (p->gate.done && !p->noted) {
        p->noted = true;
        p->managed = p->her.acked > 0;
    }
    if (!waits && p->her.enough == PAIR_MOST) {
        int64_t more = p->her.sent > p->him.sent ? p->her.sent : p->him.sent;

        more += BEYOND;
        p->her.enough = p->him.enough =
            more > PAIR_MESSAGES ? more : PAIR_MESSAGES;
    }
}

static void fail(pair *p, const char *why)
{
    p->failed = true;
    snprintf(p->why, sizeof(p->why),
             "%s; she: sent %" PRId64 " acked %" PRId64 " unknown %" PRId64
             " failed %" PRId64 " got %" PRId64 ", he: sent %" PRId64
             " acked %" PRId64 " got %" PRId64,
             why, p->her.sent, p->her.acked, p->her.unknown, p->her.failed,
             p->her.came, p->him.sent, p->him.acked, p->him.came);
}

static void judge(pair *p)
{
    const party *her = &p->her, *him = &p->him;
    bool excused = her->failed + her->unknown == 0;

    if (pair_lost(p) > 0) {
        fail(p, "something is lost");
    } else if (her->doubled + him->doubled > 0) {
        fail(p, "something came twice");
    } else if (her->strange + him->strange > 0) {
        fail(p, "something came that nobody sent");
    } else if (p->managed && (her->resumed != 1 || her->bound != 1)) {
        fail(p, "her session was not resumed");
    } else if ((p->managed || her->resumed > 0) && !excused) {
        fail(p, "a fate is not told");
    } else if (him->resumed != 0 || him->bound != 1 ||
               him->acked != him->sent) {
        fail(p, "he was cut off");
    }
}

static void stop(pair *p)
{
    lq_time now = lq_net_now(p->net);

    p->stopping = true;
    lq_stream_stop(p->her.stream, now);
    lq_stream_stop(p->him.stream, now);
}

bool pair_turn(pair *p)
{
    gate_turn(&p->gate);
    party_take(&p->her, p);
    party_take(&p->him, p);
    note_cut(p);
    if (p->her.online && p->him.online && !p->stopping) {
        party_write(&p->her, &p->him);
    }
    if (p->her.acked > 0 && !p->stopping) {
        party_write(&p->him, &p->her);
    }
    if (!p->stopping && is_settled(&p->her, &p->him) &&
        is_settled(&p->him, &p->her)) {
        stop(p);
    }
    if (p->her.closed && p->him.closed) {
        judge(p);
        return false;
    }
    if (lq_net_now(p->net) > p->until) {
        fail(p, p->stopping ? "they do not close" : "they do not end");
        return false;
    }
    return true;
}
