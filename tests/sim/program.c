/* program.c - what the program does: it sends, takes events when it likes, and
 * answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "draw.h"
#include "world.h"

#define CONTACT "juliet@example.com"

/* ---- sending ---- */

static void taken_on(world *w, lq_id id, bool request)
{
    client *c = &w->client;

    if (id > 0) {
        world_trace(w, "(%s is given the id %d)",
                    request ? "request" : "message", (int)id);
        (request ? book_asked : book_sent)(w, id);
    } else if (id == LQ_E_FULL) {
        c->full = true;
    } else if ((id != LQ_E_STATE || (!c->stopping && !c->closed)) &&
               (id != LQ_E_NOMEM || !w->starved)) {
        world_fail(w, "sending is refused: %s", lq_error_name((int)id));
    }
}

static void send_message(world *w)
{
    lq_builder *b = lq_build_message(w->client.stream, LQ_CHAT, CONTACT);
    char text[4100];
    int len = snprintf(text, sizeof(text), "%zu ", w->book.sents);
    size_t more = draw_below(w->climate.padding + 1);

    memset(text + len, 'y', more);
    text[(size_t)len + more] = '\0';
    lq_build_child(b, "body", NULL, text);
    taken_on(w, lq_stream_send(w->client.stream, b), false);
}

static void send_request(world *w)
{
    lq_builder *b = lq_build_iq(w->client.stream, LQ_GET,
                                draw_chance(5000) ? NULL : CONTACT);

    lq_build_open(b, "q", "urn:sim");
    lq_build_attr_int(b, "n", (int64_t)w->book.askeds);
    lq_build_close(b);
    taken_on(w, lq_stream_request(w->client.stream, b), true);
}

void client_send(world *w)
{
    const climate *c = &w->climate;
    int burst = 1 + (int)draw_below((uint64_t)c->burst);
    bool sends = draw_chance(c->messages), asks = draw_chance(c->requests);

    for (int i = 0; sends && i < burst && !w->client.full; i++) {
        send_message(w);
    }
    if (asks && !w->client.full) {
        send_request(w);
    }
}

/* ---- answering ---- */

static void answer_later(world *w, lq_id id, lq_time due)
{
    client *c = &w->client;

    if (c->query_count == c->query_room) {
        c->query_room = c->query_room == 0 ? 16 : 2 * c->query_room;
        c->queries = realloc(c->queries, c->query_room * sizeof(open_query));
    }
    c->queries[c->query_count++] = (open_query){ id, due };
}

/* False: there was no memory for it. */
static bool answer(world *w, lq_id question)
{
    lq_stream *stream = w->client.stream;
    int rv;

    if (draw_chance(2000)) {
        rv = lq_stream_refuse(stream, question, LQ_STANZA_NOT_ALLOWED, NULL);
    } else {
        lq_builder *b = lq_build_answer(stream, question);

        lq_build_child(b, "told", "urn:sim", "yes");
        rv = lq_stream_answer(stream, b);
    }
    world_trace(w, "(question %d is answered: %d)", (int)question, rv);
    if (rv == LQ_E_NOMEM && w->starved) {
        return false;
    }
    if (rv < 0 && rv != LQ_E_STATE && !lq_error_is_fatal(rv)) {
        world_fail(w, "an answer is refused: %s", lq_error_name(rv));
    }
    return true;
}

void client_answer_due(world *w)
{
    client *c = &w->client;
    size_t kept = 0;

    for (size_t i = 0; i < c->query_count; i++) {
        open_query q = c->queries[i];

        if (q.due > w->now || !answer(w, q.id)) {
            c->queries[kept++] = q;
        }
    }
    c->query_count = kept;
}

static void take_query(world *w, const lq_event *event)
{
    const lq_element *ask = lq_stanza_payload(event->stanza);
    const char *s = lq_element_attr(ask, "s"), *i = lq_element_attr(ask, "i");

    if (lq_event_question(event) != LQ_QUESTION_IQ || s == NULL || i == NULL) {
        world_fail(w, "a QUERY that nobody asked");
        return;
    }
    book_heard(w, atoi(s), atoi(i), -1, lq_stream_serial(w->client.stream));
    if (draw_chance(6000)) {
        if (!answer(w, event->id)) {
            answer_later(w, event->id, w->now + 100);
        }
    } else if (draw_chance(9500)) {
        answer_later(w, event->id, w->now + draw_between(0, 3000));
    } /* else it lapses */
}

/* ---- events ---- */

static void take_message(world *w, const lq_event *event)
{
    const char *body = lq_element_text(
        lq_element_child(lq_stanza_root(event->stanza), "body", NULL));
    int serial, index;
    long n;

    if (body == NULL || sscanf(body, "%d %d %ld", &serial, &index, &n) != 3) {
        if (!w->liar) {
            world_fail(w, "a message that nobody sent");
        }
        return;
    }
    book_heard(w, serial, index, n, lq_stream_serial(w->client.stream));
    w->client.holds = n;
}

static void take_reply(world *w, const lq_event *event)
{
    const lq_element *q =
        lq_element_child(lq_stanza_root(event->stanza), "q", "urn:sim");
    const char *n = lq_element_attr(q, "n");

    book_reply(w, event->id, event->error, n == NULL ? -1 : atol(n));
}

/* The server gives each session a name of its own.  An ONLINE that is taken
 * late may be of a connection that is gone, and knows none. */
static void take_online(world *w, const lq_event *event)
{
    client *c = &w->client;
    const char *jid = lq_stream_jid(c->stream);

    if (c->online) {
        world_fail(w, "ONLINE comes twice");
    }
    if (jid != NULL && c->jid[0] != '\0' && lq_event_resumed(event) &&
        strcmp(jid, c->jid) != 0 && !w->liar) {
        world_fail(w, "%s is resumed, behind %s", jid, c->jid);
    }
    c->online = true;
    snprintf(c->jid, sizeof(c->jid), "%s", jid == NULL ? "" : jid);
}

static void take_closed(world *w, const lq_event *event)
{
    client *c = &w->client;

    if (!c->stopping && !w->liar) {
        world_fail(w, "CLOSED: %s",
                   lq_failure_message(lq_event_failure(event)));
    }
    c->closed = true;
    c->online = c->full = false;
}

static void take(world *w, const lq_event *event)
{
    world_trace(w, "event %d, id %d, error %d", event->type, (int)event->id,
                event->error);
    if (w->client.closed) {
        world_fail(w, "event %d comes behind CLOSED", event->type);
    }
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        take_online(w, event);
        break;
    case LQ_EVENT_OFFLINE:
        w->client.online = false;
        break;
    case LQ_EVENT_CLOSED:
        take_closed(w, event);
        break;
    case LQ_EVENT_DELIVERY:
        book_fate(w, event->id, lq_event_delivery(event));
        break;
    case LQ_EVENT_REPLY:
        take_reply(w, event);
        break;
    case LQ_EVENT_QUERY:
        take_query(w, event);
        break;
    case LQ_EVENT_MESSAGE:
        take_message(w, event);
        break;
    case LQ_EVENT_SAVE:
        process_is_to_save(w, event->id);
        break;
    case LQ_EVENT_ROOM:
        w->client.full = false;
        break;
    default:
        world_fail(w, "event %d is none that was to come", event->type);
    }
}

static const lq_event *next_event(world *w)
{
    const lq_event *event;

    book_done(w, w->client.holds);
    w->client.holds = -1;
    event = lq_stream_event(w->client.stream);
    w->client.looks = event != NULL;
    return event;
}

/* Mostly until there is none; or it leaves off, looking at one, for long. */
void client_take_events(world *w)
{
    client *c = &w->client;
    const lq_event *event;
    bool leaves = draw_chance(w->climate.leaves_off);
    int most = leaves ? 1 + (int)draw_below(4) : 100000;

    if (c->resting_until > w->now && !w->healed) {
        return;
    }
    while (most-- > 0 && !w->failed && (event = next_event(w)) != NULL) {
        take(w, event);
    }
    if (leaves && draw_chance(3000)) {
        c->resting_until = w->now + draw_between(0, 5000);
    }
}

/* Whoever was stopped, or closed by what a liar said, starts again. */
static void start_again(world *w)
{
    client *c = &w->client;

    if (lq_stream_event(c->stream) != NULL) {
        world_fail(w, "an event comes behind CLOSED");
    }
    world_trace(w, "(start)");
    c->closed = c->stopping = c->suspending = false;
    switch (lq_stream_start(c->stream, w->now)) {
    case LQ_OK:
        break;
    case LQ_E_NOMEM:
        c->closed = true; /* and again */
        break;
    default:
        world_fail(w, "it does not start again");
    }
}

static void change_network(world *w)
{
    if (draw_chance(w->climate.changes)) {
        int rv = lq_stream_network_changed(w->client.stream, w->now);

        world_trace(w, "(another network: %d)", rv);
        if (rv != LQ_OK && (rv != LQ_E_NOMEM || !w->starved)) {
            world_fail(w, "another network is refused: %s", lq_error_name(rv));
        }
    }
}

void client_step(world *w)
{
    client *c = &w->client;

    if (!c->closed && !c->stopping) {
        client_send(w);
    }
    client_answer_due(w);
    process_save_due(w);
    if (draw_chance(w->climate.takes)) {
        client_take_events(w);
    }
    if (draw_chance(w->climate.stops)) {
        client_stop(w);
    }
    if (draw_chance(w->climate.suspends)) {
        client_suspend(w);
    }
    change_network(w);
    if (c->closed && !w->failed) {
        if (c->suspending && w->keeps && draw_chance(5000)) {
            process_hand_over(w);
        } else {
            start_again(w);
        }
    }
    if (!w->failed && draw_chance(w->climate.kills)) {
        process_kill(w);
    }
}
