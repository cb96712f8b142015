/* server.c - talks: streams as far as the resource. */
#include "server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "draw.h"
#include "world.h"

#define NS_SASL  "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_BIND  "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_SM    "urn:xmpp:sm:3"

enum { SAID_MAX = 16 * 1024 };

void talk_say(world *w, talk *t, const char *format, ...)
{
    char text[SAID_MAX];
    va_list args;
    int len;

    if (t->over || t->line->server_left) {
        return;
    }
    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    world_trace(w, "S: %.200s", text);
    way_write(&t->line->down, w->now, &w->climate, text, (size_t)len);
}

void talk_end(world *w, talk *t)
{
    talk_say(w, t, "</stream:stream>");
    t->line->server_left = true;
    t->over = true;
}

/* ---- login ---- */

static void say_features(world *w, talk *t)
{
    const climate *c = &w->climate;

    if (t->authenticated) {
        talk_say(w, t,
                 "<stream:features><bind xmlns='" NS_BIND "'/>%s"
                 "</stream:features>",
                 c->sm ? "<sm xmlns='" NS_SM "'/>" : "");
    } else if (c->sasl2) {
        talk_say(w, t,
                 "<stream:features><authentication xmlns='" NS_SASL2 "'>"
                 "<mechanism>PLAIN</mechanism><inline>"
                 "<bind xmlns='" NS_BIND2 "'>%s</bind>%s</inline>"
                 "</authentication></stream:features>",
                 c->sm ? "<inline><feature var='" NS_SM "'/></inline>" : "",
                 c->sm ? "<sm xmlns='" NS_SM "'/>" : "");
    } else {
        talk_say(w, t,
                 "<stream:features><mechanisms xmlns='" NS_SASL "'>"
                 "<mechanism>PLAIN</mechanism></mechanisms>"
                 "</stream:features>");
    }
}

static void take_header(world *w, talk *t)
{
    talk_say(w, t,
             "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
             " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"
             " from='example.net' id='h%d' xml:lang='en'>",
             (int)draw_below(1000000));
    say_features(w, t);
    t->opened = true;
}

static void bind_jid(world *w, talk *t)
{
    t->session = session_new(w, t);
    w->totals->binds++;
}

/* XEP-0388 with what rides along: resume first, then bind (XEP-0386). */
static void take_authenticate(world *w, talk *t, const char *element)
{
    const char *resume = element_child(element, "resume");
    const char *bind = element_child(element, "bind");
    const char *enable = element_child(element, "enable");
    static const char success[] = "<success xmlns='" NS_SASL2 "'>"
                                  "<authorization-identifier>%s"
                                  "</authorization-identifier>";
    char lead[300], failed[FAILED_MAX] = "";

    t->authenticated = true;
    snprintf(lead, sizeof(lead), success, "romeo@example.net");
    if (resume != NULL &&
        session_resume(w, t, resume, lead, "</success>", failed)) {
        return;
    }
    if (bind == NULL) {
        talk_say(w, t, "%s%s</success>", lead, failed);
        say_features(w, t);
        return;
    }
    bind_jid(w, t);
    snprintf(lead, sizeof(lead), success, t->session->jid);
    talk_say(w, t, "%s%s<bound xmlns='" NS_BIND2 "'>", lead, failed);
    if (enable != NULL) {
        session_enable(w, t->session, enable, "</bound></success>");
    } else {
        talk_say(w, t, "</bound></success>");
    }
    say_features(w, t);
    if (t->session->enabled) {
        session_flush(w, t->session);
    }
}

static void take_resume(world *w, talk *t, const char *element)
{
    char failed[FAILED_MAX];

    if (!session_resume(w, t, element, "", "", failed)) {
        talk_say(w, t, "%s", failed);
    }
}

static void take_bind(world *w, talk *t, const char *element)
{
    char id[80];

    element_attr(element, "id", id, sizeof(id));
    bind_jid(w, t);
    talk_say(w, t,
             "<iq type='result' id='%s'><bind xmlns='" NS_BIND
             "'><jid>%s</jid></bind></iq>",
             id, t->session->jid);
}

/* ---- elements ---- */

static bool is(const char *name, const char *what)
{
    return strcmp(name, what) == 0;
}

/* Whether the session can be resumed, as its client knows. */
static bool lasts(const talk *t)
{
    return t->session != NULL && t->session->resumable &&
           t->line->down.passed >= t->line->enabled_at;
}

static void take_close(world *w, talk *t)
{
    if (t->session != NULL) {
        session *s = t->session;

        s->talk = NULL;
        t->session = NULL;
        session_over(w, s, w->climate.keeps_h);
    }
    talk_end(w, t);
}

static void take_element(world *w, talk *t, const char *element)
{
    char name[64];

    element_name(element, name, sizeof(name));
    if (*element != '<' || is(name, "?xml")) {
        return;
    }
    if (is(name, "stream:stream")) {
        take_header(w, t);
    } else if (is(name, "/stream:stream")) {
        take_close(w, t);
    } else if (is(name, "auth")) {
        t->authenticated = true;
        talk_say(w, t, "<success xmlns='" NS_SASL "'/>");
    } else if (is(name, "authenticate")) {
        take_authenticate(w, t, element);
    } else if (is(name, "stream:error")) {
        if (!w->liar && !w->starved &&
            (lasts(t) || strstr(element, "connection-timeout") == NULL)) {
            world_fail(w, "the client says %.100s", element);
        }
    } else if (!t->authenticated) {
        world_fail(w, "the client says <%s/> before it has logged in", name);
    } else if (is(name, "resume") && t->session == NULL) {
        take_resume(w, t, element);
    } else if (is(name, "iq") && t->session == NULL &&
               element_child(element, "bind") != NULL) {
        take_bind(w, t, element);
    } else if (t->session != NULL) {
        session_take(w, t, name, element);
    } else {
        world_fail(w, "the client says <%s/> before it is bound", name);
    }
}

/* Take the elements among the first LEN bytes that have arrived. */
static void talk_read(world *w, talk *t, size_t len)
{
    way *up = &t->line->up;
    size_t used;

    do {
        char *bytes = (char *)way_bytes(up);
        char kept;

        if (len == 0) {
            return;
        }
        kept = bytes[len];
        bytes[len] = '\0'; /* what has not arrived is not seen */
        used = element_len(bytes);
        if (used > 0) {
            char after = bytes[used];

            bytes[used] = '\0';
            world_trace(w, "C: %.200s", bytes);
            if (!t->over) {
                take_element(w, t, bytes);
            }
            bytes[used] = after;
        }
        bytes[len] = kept;
        way_take(up, used);
        len -= used;
    } while (used > 0);
}

/* ---- lines ---- */

void server_accept(world *w, line *l)
{
    talk *t = calloc(1, sizeof(*t));

    (void)w;
    t->line = l;
    l->talk = t;
}

static void talk_gone(world *w, talk *t)
{
    line *l = t->line;
    session *s = t->session;

    world_trace(w, "(the server knows that a line is gone)");
    l->server_gone = l->server_left = true;
    l->talk = NULL;
    free(t);
    if (s != NULL) {
        session_part(w, s);
    }
}

static void talk_step(world *w, line *l)
{
    talk *t = l->talk;

    talk_read(w, t, way_ready(&l->up, w->now));
    if ((l->cut && l->server_notices <= w->now) ||
        (l->client_left && !l->cut && l->up.count == 0)) {
        talk_gone(w, t);
    }
}

void server_step(world *w)
{
    session *next;

    for (line *l = w->lines; l != NULL; l = l->next) {
        if (l->talk != NULL) {
            talk_step(w, l);
        }
    }
    contact_step(w);
    contact_replies(w);
    for (session *s = w->server.sessions; s != NULL; s = next) {
        next = s->next;
        session_step(w, s);
    }
    if (w->climate.lies) {
        lie_step(w);
    }
}

void server_restart(world *w, bool amnesia)
{
    world_trace(w, "(the server restarts%s)", amnesia ? " with amnesia" : "");
    for (line *l = w->lines; l != NULL; l = l->next) {
        if (l->talk != NULL) {
            line_cut(l, w->now);
            talk_gone(w, l->talk);
        }
    }
    while (amnesia && w->server.sessions != NULL) {
        session_over(w, w->server.sessions, false);
    }
}

void server_close(world *w)
{
    for (line *l = w->lines; l != NULL; l = l->next) {
        talk *t = l->talk;

        if (t != NULL && t->opened && !t->over) {
            session *s = t->session;

            talk_say(w, t,
                     "<stream:error><reset xmlns='urn:ietf:params:xml:ns:"
                     "xmpp-streams'/></stream:error>");
            talk_end(w, t);
            t->session = NULL;
            if (s != NULL) {
                session_part(w, s);
            }
        }
    }
}

lq_time server_next(const world *w)
{
    lq_time next = LQ_NEVER;

    for (size_t i = 0; i < w->server.reply_count; i++) {
        next = sooner(next, w->server.replies[i].due);
    }
    for (const session *s = w->server.sessions; s != NULL; s = s->next) {
        next = sooner(next, s->ack_due);
    }
    return next;
}

static bool queries_are_answered(const book *b)
{
    for (size_t k = 0; k < b->query_count; k++) {
        if (!b->queries[k].dead && !b->queries[k].answered) {
            return false;
        }
    }
    return true;
}

const char *server_unrest(const world *w)
{
    const session *s = session_current(w);

    if (w->liar) {
        return NULL; /* its books are worth nothing */
    }
    return s == NULL                         ? "no session"
           : s->count > 0                    ? "stanzas to the client"
           : s->ack_due != LQ_NEVER          ? "an <a/>"
           : w->server.reply_count > 0       ? "replies"
           : w->server.stored_count > 0      ? "stored messages"
           : !queries_are_answered(&w->book) ? "queries"
                                             : NULL;
}

void server_clear(server *s)
{
    while (s->sessions != NULL) {
        session *next = s->sessions->next;

        for (size_t i = 0; i < s->sessions->count; i++) {
            free(s->sessions->queue[s->sessions->first + i].text);
        }
        free(s->sessions->queue);
        free(s->sessions);
        s->sessions = next;
    }
    free(s->graves);
    free(s->replies);
    free(s->stored);
}
