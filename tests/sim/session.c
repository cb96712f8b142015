/* session.c - stream management as a server has it: XEP-0198. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "draw.h"
#include "world.h"

#define NS_SM "urn:xmpp:sm:3"

session *session_current(const world *w) { return w->server.sessions; }

/* Who logs in again has no use for what he had. */
session *session_new(world *w, talk *t)
{
    session *s = calloc(1, sizeof(*s));

    while (w->server.sessions != NULL) {
        talk *old = w->server.sessions->talk;

        session_over(w, w->server.sessions, w->climate.keeps_h);
        if (old != NULL) {
            old->session = NULL;
            talk_end(w, old);
        }
    }
    s->serial = ++w->server.serial;
    snprintf(s->jid, sizeof(s->jid), "romeo@example.net/r%d", s->serial);
    snprintf(s->id, sizeof(s->id), "%d-%d", s->serial,
             (int)draw_below(1000000));
    s->ack_due = LQ_NEVER;
    s->talk = t;
    w->server.sessions = s;
    return s;
}

/* ---- the end ---- */

static void session_bury(world *w, const session *s, bool keeps_h)
{
    server *v = &w->server;

    if (v->grave_count == v->grave_room) {
        v->grave_room = v->grave_room == 0 ? 16 : 2 * v->grave_room;
        v->graves = realloc(v->graves, v->grave_room * sizeof(grave));
    }
    v->graves[v->grave_count] = (grave){ .in = s->in, .keeps_h = keeps_h };
    snprintf(v->graves[v->grave_count].id, sizeof(v->graves[0].id), "%s",
             s->id);
    v->grave_count++;
}

static void store(world *w, long told)
{
    server *v = &w->server;

    if (!w->climate.stores) {
        w->book.told[told].sure = false;
        return;
    }
    if (v->stored_count == v->stored_room) {
        v->stored_room = v->stored_room == 0 ? 16 : 2 * v->stored_room;
        v->stored = realloc(v->stored, v->stored_room * sizeof(long));
    }
    v->stored[v->stored_count++] = told;
}

void session_over(world *w, session *s, bool keeps_h)
{
    session **at = &w->server.sessions;

    world_trace(w, "(session %d is over, h %u%s)", s->serial, s->in,
                keeps_h ? ", remembered" : "");
    while (*at != s) {
        at = &(*at)->next;
    }
    *at = s->next;
    session_bury(w, s, keeps_h);
    for (size_t k = 0; k < w->book.query_count; k++) {
        w->book.queries[k].dead |= w->book.queries[k].serial == s->serial;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (s->queue[s->first + i].told >= 0) {
            store(w, s->queue[s->first + i].told);
        }
        free(s->queue[s->first + i].text);
    }
    free(s->queue);
    free(s);
}

void session_part(world *w, session *s)
{
    s->talk = NULL;
    s->since = w->now;
    s->ack_due = LQ_NEVER;
    s->asked = false;
    if (!s->resumable) {
        session_over(w, s, w->climate.keeps_h && s->enabled);
    }
}

/* ---- enable ---- */

void session_enable(world *w, session *s, const char *element, const char *end)
{
    char resume[8] = "";

    if (s->talk->tried) {
        world_fail(w, "the client enables stream management twice");
        return;
    }
    s->talk->tried = true;
    if (!w->climate.sm) {
        world_fail(w, "the client enables what is not offered");
        return;
    }
    element_attr(element, "resume", resume, sizeof(resume));
    s->enabled = true;
    s->resumable = w->climate.resumable && resume[0] != '\0';
    talk_say(w, s->talk, "<enabled xmlns='" NS_SM "'%s%s%s%s%s/>%s",
             s->resumable ? " resume='true' id='" : "",
             s->resumable ? s->id : "", s->resumable ? "'" : "",
             s->resumable && draw_chance(3000) ? " max='600'" : "",
             w->climate.location ? " location='elsewhere.example:5223'" : "",
             end);
    s->talk->line->resumable = s->resumable;
    s->talk->line->enabled_at =
        s->talk->line->down.passed + s->talk->line->down.len;
    if (w->climate.lies && draw_chance(1000)) {
        w->totals->lies++;
        talk_say(w, s->talk,
                 "<enabled xmlns='" NS_SM "' resume='true'"
                 " id='again'/>");
    }
}

void session_flush(world *w, session *s)
{
    while (w->server.stored_count > 0) {
        contact_say(w, s, w->server.stored[--w->server.stored_count]);
    }
}

/* ---- acknowledgements ---- */

static void kept_drop(world *w, session *s)
{
    kept_stanza *first = &s->queue[s->first];

    if (first->told >= 0 && !w->book.told[first->told].done && !w->liar) {
        world_fail(w,
                   "the client acknowledges message %ld, which the program "
                   "has not done with",
                   first->told);
    }
    free(first->text);
    s->first++;
    s->count--;
}

static void session_acked(world *w, session *s, uint32_t h)
{
    uint32_t more = h - s->acked;

    if (more > s->count) {
        if (!w->liar) {
            world_fail(w, "the client claims h %u of session %d, which sent %u",
                       h, s->serial, s->acked + (uint32_t)s->count);
        }
        return;
    }
    s->acked = h;
    s->asked = false;
    while (more-- > 0) {
        kept_drop(w, s);
    }
}

/* Attribute h, which must be there and a number. */
static bool take_h(world *w, const char *element, uint32_t *h)
{
    char text[32];
    char *end;

    if (!element_attr(element, "h", text, sizeof(text)) || text[0] == '\0') {
        world_fail(w, "no h in %.60s", element);
        return false;
    }
    *h = (uint32_t)strtoul(text, &end, 10);
    if (*end != '\0') {
        world_fail(w, "h is %s", text);
    }
    return *end == '\0';
}

static void say_ack(world *w, session *s)
{
    s->ack_due = LQ_NEVER;
    s->unacked = 0;
    talk_say(w, s->talk, "<a xmlns='" NS_SM "' h='%u'/>", lie_h(w, s->in));
}

static void say_ask(world *w, session *s)
{
    s->asked = true;
    s->unasked = 0;
    talk_say(w, s->talk, "<r xmlns='" NS_SM "'/>");
}

/* ---- resume ---- */

static session *session_find(const world *w, const char *id)
{
    session *s = w->server.sessions;

    while (s != NULL && (!s->resumable || strcmp(s->id, id) != 0)) {
        s = s->next;
    }
    return s;
}

static void resume_failed(world *w, const char *id, char *failed)
{
    const server *v = &w->server;
    const grave *found = NULL;
    char h[40] = "";

    for (size_t i = 0; i < v->grave_count && found == NULL; i++) {
        found = strcmp(v->graves[i].id, id) == 0 ? &v->graves[i] : NULL;
    }
    if (found == NULL && !w->liar) {
        world_fail(w, "the client resumes %s, which never was", id);
    }
    if (found != NULL && found->keeps_h) {
        snprintf(h, sizeof(h), " h='%u'", lie_h(w, found->in));
    }
    book_excuse(w, h[0] == '\0');
    snprintf(failed, FAILED_MAX,
             "<failed xmlns='" NS_SM "'%s><item-not-found xmlns='urn:ietf:"
             "params:xml:ns:xmpp-stanzas'/></failed>",
             h);
}

/* Whoever speaks on the old line is not heard any more. */
static void session_move(world *w, session *s, talk *to)
{
    talk *old = s->talk;

    if (old != NULL) {
        old->session = NULL;
        talk_say(w, old,
                 "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:"
                 "xmpp-streams'/></stream:error>");
        talk_end(w, old);
    }
    s->talk = to;
    to->session = s;
    to->tried = true;
    s->ack_due = LQ_NEVER;
    s->asked = false;
    s->unasked = (int)s->count;
}

/* What a connection still brings that the client has left for a newer one tells
 * nothing. */
static bool comes_late(const world *w, const talk *t)
{
    return t->line->client_left && w->lines != t->line;
}

bool session_resume(world *w, talk *t, const char *element, const char *lead,
                    const char *end, char *failed)
{
    char previd[64];
    uint32_t h = 0;
    session *s;

    element_attr(element, "previd", previd, sizeof(previd));
    s = session_find(w, previd);
    if (comes_late(w, t)) {
        t->over = true;
        return true;
    }
    if (!take_h(w, element, &h) || s == NULL ||
        (w->climate.lies && draw_chance(500))) {
        resume_failed(w, previd, failed);
        return false;
    }
    session_move(w, s, t);
    session_acked(w, s, h);
    w->totals->resumes++;
    talk_say(w, t, "%s<resumed xmlns='" NS_SM "' h='%u' previd='%s%s'/>%s",
             lead, lie_h(w, s->in), s->id, lie_now(w) ? "x" : "", end);
    t->line->resumable = true;
    for (size_t i = 0; i < s->count; i++) {
        const char *text = s->queue[s->first + i].text;

        world_trace(w, "S again: %.200s", text);
        way_write(&t->line->down, w->now, &w->climate, text, strlen(text));
    }
    return true;
}

/* ---- stanzas ---- */

static void session_keep(session *s, const char *text, long told)
{
    size_t size = strlen(text) + 1;

    if (s->first > 0 && s->first + s->count == s->room) {
        memmove(s->queue, s->queue + s->first, s->count * sizeof(kept_stanza));
        s->first = 0;
    }
    if (s->count == s->room) {
        s->room = s->room == 0 ? 16 : 2 * s->room;
        s->queue = realloc(s->queue, s->room * sizeof(kept_stanza));
    }
    s->queue[s->first + s->count].text = memcpy(malloc(size), text, size);
    s->queue[s->first + s->count].told = told;
    s->count++;
}

void session_send(world *w, session *s, const char *text, long told)
{
    if (s->enabled) {
        session_keep(s, text, told);
        s->unasked++;
    }
    if (s->talk != NULL && !s->talk->line->server_left) {
        world_trace(w, "S: %.200s", text);
        way_write(&s->talk->line->down, w->now, &w->climate, text,
                  strlen(text));
    }
}

void session_take(world *w, talk *t, const char *name, const char *element)
{
    session *s = t->session;
    uint32_t h;

    if (strcmp(name, "enable") == 0) {
        session_enable(w, s, element, "");
        session_flush(w, s);
    } else if (strcmp(name, "r") == 0) {
        lq_time due = w->now + draw_between(0, w->climate.ack_delay);

        s->ack_due = s->ack_due == LQ_NEVER ? due : s->ack_due;
    } else if (strcmp(name, "a") == 0) {
        if (take_h(w, element, &h)) {
            session_acked(w, s, h);
        }
    } else if (strcmp(name, "message") == 0 || strcmp(name, "iq") == 0 ||
               strcmp(name, "presence") == 0) {
        s->in += s->enabled;
        s->unacked += s->enabled;
        if (strcmp(name, "message") == 0) {
            contact_take(w, s, element);
        } else if (strcmp(name, "iq") == 0) {
            contact_answer(w, s, name, element);
        }
    } else if (!w->liar) {
        world_fail(w, "the client says <%s/>", name);
    }
}

void session_step(world *w, session *s)
{
    const climate *c = &w->climate;

    if (s->talk == NULL) {
        if (w->now - s->since > c->resume_window) {
            session_over(w, s, c->keeps_h);
        }
        return;
    }
    if (!s->enabled || s->talk->line->server_left) {
        return;
    }
    if ((s->ack_due != LQ_NEVER && s->ack_due <= w->now) ||
        (c->acks > 0 && s->unacked >= c->acks)) {
        say_ack(w, s);
    }
    if (s->count > 0 && !s->asked &&
        (c->asks == 0
             ? draw_chance(1000) || w->healed
             : s->unasked >= c->asks || draw_chance(100) || w->healed)) {
        say_ask(w, s);
    }
}
