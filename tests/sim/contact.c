/* contact.c - the second party: it sends numbered messages, and takes those of
 * the program; the server itself answers requests and makes some. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "draw.h"
#include "world.h"

#define CONTACT "juliet@example.com/b"

enum {
    KEPT_MAX = 200,        /* stanzas that the client has not acknowledged */
    LINE_MAX = 256 * 1024, /* bytes on the line */
    REQUESTS_MAX = 20,     /* of the server's, unanswered */
};

/* ---- what the contact says ---- */

void contact_say(world *w, session *s, long told)
{
    char text[6000], padding[4000];
    int len = (int)draw_below(w->climate.padding + 1);

    memset(padding, 'x', sizeof(padding));
    snprintf(text, sizeof(text),
             "<message from='" CONTACT "' to='%s' type='chat' id='c%ld'><body>"
             "%d %d %ld %.*s</body></message>",
             s->jid, told, s->serial, s->index++, told, len, padding);
    session_send(w, s, text, told);
}

/* A request, which is refused when memory runs out, and then not in the
 * sequence: to the program, or (one in four) to whoever knows about it. */
static void contact_ask(world *w, session *s)
{
    char text[300];
    long k = book_query(w, s->serial);

    if (draw_chance(2500)) {
        snprintf(text, sizeof(text),
                 "<iq type='get' id='k%ld' from='" CONTACT "' to='%s'>"
                 "<other xmlns='urn:sim:other'/></iq>",
                 k, s->jid);
    } else {
        snprintf(text, sizeof(text),
                 "<iq type='%s' id='k%ld' from='" CONTACT "' to='%s'>"
                 "<ask xmlns='urn:sim' s='%d' i='%d'/></iq>",
                 draw_chance(5000) ? "get" : "set", k, s->jid, s->serial,
                 w->starved ? -1 : s->index++);
    }
    session_send(w, s, text, -1);
}

static int open_queries(const world *w, const session *s)
{
    const book *b = &w->book;
    int open = 0;

    for (size_t k = b->query_count;
         k > 0 && b->queries[k - 1].serial == s->serial; k--) {
        open += !b->queries[k - 1].answered;
    }
    return open;
}

static bool may_speak(const session *s)
{
    return s != NULL && s->count < KEPT_MAX &&
           (s->talk == NULL || (!s->talk->line->server_left &&
                                s->talk->line->down.len < LINE_MAX)) &&
           (s->enabled || s->talk != NULL);
}

void contact_step(world *w)
{
    const climate *c = &w->climate;
    session *s = session_current(w);
    bool tells = draw_chance(c->told), asks = draw_chance(c->asked);
    int burst = 1 + (int)draw_below((uint64_t)c->burst);

    for (int i = 0; tells && i < burst && may_speak(s); i++) {
        contact_say(w, s, book_tell(w, s->enabled));
    }
    if (asks && may_speak(s) && open_queries(w, s) < REQUESTS_MAX) {
        contact_ask(w, s);
    }
}

/* ---- what it takes ---- */

void contact_take(world *w, session *s, const char *element)
{
    const char *body = element_child(element, "body");
    char text[32] = "";

    (void)s;
    if (body != NULL) {
        element_text(body, text, sizeof(text));
    }
    book_received(w, text[0] == '\0' ? -1 : strtol(text, NULL, 10));
}

static void reply_later(world *w, const session *s, const char *id,
                        const char *to, long n)
{
    server *v = &w->server;
    reply *r;

    if (v->reply_count == v->reply_room) {
        v->reply_room = v->reply_room == 0 ? 16 : 2 * v->reply_room;
        v->replies = realloc(v->replies, v->reply_room * sizeof(reply));
    }
    r = &v->replies[v->reply_count++];
    *r = (reply){ .due = w->now + draw_between(0, w->climate.reply_delay),
                  .serial = s->serial,
                  .n = n };
    snprintf(r->id, sizeof(r->id), "%s", id);
    snprintf(r->from, sizeof(r->from), "%s", to);
}

static void take_request(world *w, session *s, const char *element,
                         const char *id)
{
    const char *q = element_child(element, "q");
    char to[80], n[32] = "";

    element_attr(element, "to", to, sizeof(to));
    if (q != NULL) {
        element_attr(q, "n", n, sizeof(n));
        book_asked_received(w, strtol(n, NULL, 10));
    }
    reply_later(w, s, id, to, q == NULL ? -1 : strtol(n, NULL, 10));
}

void contact_answer(world *w, session *s, const char *name, const char *element)
{
    char type[16], id[80];

    (void)name;
    element_attr(element, "type", type, sizeof(type));
    element_attr(element, "id", id, sizeof(id));
    if (strcmp(type, "get") == 0 || strcmp(type, "set") == 0) {
        take_request(w, s, element, id);
    } else if (id[0] == 'k') {
        book_answered(w, strtol(id + 1, NULL, 10), s->serial);
    } else if (!w->liar) {
        world_fail(w, "an answer to %s, which nobody asked", id);
    }
}

/* The right id, by luck, from the wrong party; and a reply twice. */
static void reply_lie(world *w, session *s, const reply *r, const char *text)
{
    char guess[300];

    w->totals->lies++;
    if (draw_chance(5000)) {
        session_send(w, s, text, -1);
        return;
    }
    snprintf(guess, sizeof(guess),
             "<%s type='result' id='%s' from='mallory@example.org'/>",
             draw_chance(5000) ? "iq" : "message", r->id);
    session_send(w, s, guess, -1);
}

static void reply_give(world *w, session *s, const reply *r)
{
    bool refuses = r->n >= 0 && draw_chance(1000);
    char text[600], from[100] = "";

    if (r->from[0] != '\0') {
        snprintf(from, sizeof(from), " from='%s'", r->from);
    }
    if (r->n >= 0) {
        w->book.asked[r->n].replied = true;
        snprintf(text, sizeof(text),
                 "<iq type='%s' id='%s'%s><q xmlns='urn:sim' n='%ld'/>%s</iq>",
                 refuses ? "error" : "result", r->id, from, r->n,
                 refuses ? "<error type='cancel'><item-not-found xmlns='urn:"
                           "ietf:params:xml:ns:xmpp-stanzas'/></error>"
                         : "");
    } else {
        snprintf(text, sizeof(text), "<iq type='result' id='%s'%s/>", r->id,
                 from);
    }
    if (w->climate.lies && draw_chance(500)) {
        reply_lie(w, s, r, text);
    }
    session_send(w, s, text, -1);
}

void contact_replies(world *w)
{
    server *v = &w->server;
    size_t kept = 0;

    for (size_t i = 0; i < v->reply_count; i++) {
        reply r = v->replies[i];
        session *s = v->sessions;

        while (s != NULL && s->serial != r.serial) {
            s = s->next;
        }
        if (s != NULL && r.due > w->now) {
            v->replies[kept++] = r;
        } else if (s != NULL) {
            reply_give(w, s, &r);
        }
    }
    v->reply_count = kept;
}
