/* crowd.c - see crowd.h. */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE = 20, /* ms, in which EACH members send a message */
    EACH = 8,
    QUIET = 1000, /* ms without a message: nothing comes any more */
};

/* ---- events ---- */

static message *message_of(member *m, lq_id id)
{
    for (int n = m->sent; n > 0; n--) {
        if (m->messages[n].id == id) {
            return &m->messages[n];
        }
    }
    return NULL;
}

static void took_fate(crowd *c, member *m, const lq_event *event)
{
    message *known = message_of(m, event->id);

    if (known == NULL) {
        c->strange += event->id != m->away && event->id != m->back;
        return;
    }
    c->open -= known->fates == 0;
    known->fates += known->fates < 255;
    known->fate = (unsigned char)lq_event_delivery(event);
    c->owed += known->phase == c->phase && known->times == 0 &&
               known->fate == LQ_DELIVERY_ACKED;
}

/* Whether the server had stored it for whoever logs in next (XEP-0203).  It
 * does so, too, with what a session that it gives up had not acknowledged, and
 * which may have arrived. */
static bool was_stored(const lq_stanza *stanza)
{
    const char *ns = "urn:xmpp:delay";
    const lq_element *e = lq_element_child(lq_stanza_root(stanza), "delay", ns);

    for (; e != NULL; e = lq_element_next(e, "delay", ns)) {
        const char *by = lq_element_attr(e, "from");

        if (by != NULL && strcmp(by, PLACE_DOMAIN) == 0) {
            return true;
        }
    }
    return false;
}

/* What M hears was sent by the one before it. */
static void took_message(crowd *c, const member *m, const lq_event *event)
{
    member *from = &c->members[(m - c->members + CROWD - 1) % CROWD];
    int64_t number = place_number(event->stanza);

    c->heard = lq_net_now(c->net);
    if (number == 0) {
        c->bounced++;
    } else if (number < 0 || number > from->sent) {
        c->strange++;
    } else {
        message *known = &from->messages[number];

        for (int64_t n = number + 1; n <= from->sent; n++) {
            if (from->messages[n].times > 0) {
                c->past++;
                break;
            }
        }
        c->owed -= known->phase == c->phase && known->times == 0 &&
                   known->fates > 0 && known->fate == LQ_DELIVERY_ACKED;
        known->again += known->times > 0 && was_stored(event->stanza);
        known->times += known->times < 255;
    }
}

/* ---- the wire ---- */

static bool begins(const char *xml, const char *tag)
{
    size_t len = strlen(tag);

    return strncmp(xml, tag, len) == 0 && strchr(" />", xml[len]) != NULL;
}

/* The number in a message's body; 0 for none. */
static int wire_number(const char *xml)
{
    const char *body = strstr(xml, "<body>");

    if (!begins(xml, "<message") || body == NULL ||
        strstr(xml, "<error") != NULL) {
        return 0;
    }
    return (int)strtol(body + strlen("<body>"), NULL, 10);
}

static bool is_stanza(const char *xml)
{
    return begins(xml, "<message") || begins(xml, "<presence") ||
           begins(xml, "<iq");
}

/* The attribute "h" of a word of XEP-0198; false if there is none. */
static bool wire_h(const char *xml, uint32_t *h)
{
    const char *attr = strstr(xml, " h=");

    if (attr != NULL) {
        *h = (uint32_t)strtoul(attr + strlen(" h='"), NULL, 10);
    }
    return attr != NULL;
}

static void wire_sent(member *m, const char *xml)
{
    int number = wire_number(xml);
    uint32_t h;

    if (begins(xml, "<enable")) {
        m->session++;
        m->stanzas = 0;
    } else if (is_stanza(xml)) {
        m->stanzas++;
    } else if ((begins(xml, "<a") || begins(xml, "<resume")) &&
               wire_h(xml, &h)) {
        m->tellings++;
        m->overtold += h > m->came;
        m->said = h;
    }
    if (number > 0 && number <= m->sent) {
        m->messages[number].session = m->session;
        m->messages[number].place = m->stanzas;
    }
}

/* XEP-0198: so far everything of the session was handled. */
static void wire_vouched(member *m, uint32_t h)
{
    for (int n = m->sent; n > 0; n--) {
        message *known = &m->messages[n];

        if (known->session == m->session && known->place > 0 &&
            known->place <= h) {
            known->vouched = true;
        }
    }
}

static void wire_heard(crowd *c, member *m, const char *xml)
{
    member *from = &c->members[(m - c->members + CROWD - 1) % CROWD];
    bool resumed = begins(xml, "<resumed");
    int number = wire_number(xml);
    uint32_t h;

    if (begins(xml, "<enabled")) {
        m->came = 0;
    } else if (is_stanza(xml)) {
        m->came++;
    } else if ((resumed || begins(xml, "<a") || begins(xml, "<failed")) &&
               wire_h(xml, &h)) {
        wire_vouched(m, h);
        if (resumed) { /* the rest is sent again, both ways */
            m->stanzas = h;
            m->came = m->said;
        }
    }
    if (number > 0 && number <= from->sent) {
        from->messages[number].delivered = true;
    }
}

static void took_trace(crowd *c, member *m, const lq_event *event)
{
    bool sent;
    const char *xml = lq_event_trace(event, &sent);

    if (sent) {
        wire_sent(m, xml);
    } else {
        wire_heard(c, m, xml);
    }
}

static void take(crowd *c, member *m, const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        m->online = true;
        c->online++;
        c->resumed += lq_event_resumed(event);
        c->fresh += !lq_event_resumed(event);
        break;
    case LQ_EVENT_OFFLINE:
        c->online -= m->online;
        m->online = false;
        c->offline++;
        break;
    case LQ_EVENT_CLOSED:
        c->closed++;
        break;
    case LQ_EVENT_DELIVERY:
        took_fate(c, m, event);
        break;
    case LQ_EVENT_MESSAGE:
        took_message(c, m, event);
        break;
    case LQ_EVENT_TRACE:
        took_trace(c, m, event);
        break;
    default:
        break;
    }
}

/* ---- time ---- */

static void send_some(crowd *c)
{
    for (int i = 0; i < EACH; i++) {
        member *m = &c->members[c->turn++ % CROWD];
        lq_id id;

        if (m->sent == NUMBERS) {
            continue;
        }
        id = place_send(m->stream, m->next, m->sent + 1);
        if (id <= 0) {
            c->refused++;
            continue;
        }
        m->messages[++m->sent] =
            (message){ .id = id, .phase = (unsigned char)c->phase };
        c->open++;
        c->sent++;
    }
}

static void crowd_turn(crowd *c)
{
    const lq_event *event;
    lq_stream *stream;

    lq_net_dispatch(c->net, PAUSE);
    while ((stream = lq_net_next(c->net)) != NULL) {
        while ((event = lq_stream_event(stream)) != NULL) {
            take(c, lq_stream_user(stream), event);
        }
    }
    if (c->sends && lq_net_now(c->net) >= c->due) {
        c->due = lq_net_now(c->net) + PAUSE;
        send_some(c);
    }
    lq_net_dispatch(c->net, 0);
}

void crowd_pass(crowd *c, lq_time ms)
{
    lq_time until = lq_net_now(c->net) + ms;

    while (lq_net_now(c->net) < until) {
        crowd_turn(c);
    }
}

void crowd_cut(crowd *c)
{
    for (int i = 0; i < CROWD; i++) {
        if (lq_net_remove(c->net, c->members[i].stream) < 0 ||
            lq_net_add(c->net, c->members[i].stream) < 0) {
            abort();
        }
    }
}

void crowd_reappear(crowd *c)
{
    for (int i = 0; i < CROWD; i++) {
        member *m = &c->members[i];

        m->away = lq_presence_set(m->presence, LQ_SHOW_OFFLINE, 0);
        m->back = lq_presence_set(m->presence, LQ_SHOW_ONLINE, 0);
        c->refused += m->away <= 0 || m->back <= 0;
    }
}

bool crowd_talk(crowd *c, int messages, lq_time ms)
{
    lq_time until = lq_net_now(c->net) + ms;
    long goal = c->sent + messages;

    while (c->sent < goal && lq_net_now(c->net) < until) {
        crowd_turn(c);
    }
    return c->sent >= goal;
}

bool crowd_scatter(crowd *c, lq_time ms)
{
    lq_time until = lq_net_now(c->net) + ms;

    while (c->online > 0 && lq_net_now(c->net) < until) {
        crowd_turn(c);
    }
    return c->online == 0;
}

bool crowd_settle(crowd *c, lq_time ms)
{
    lq_time until = lq_net_now(c->net) + ms;

    while ((c->online < CROWD || c->open > 0) && lq_net_now(c->net) < until) {
        crowd_turn(c);
    }
    return c->online == CROWD && c->open == 0;
}

bool crowd_hear(crowd *c, lq_time ms)
{
    lq_time until;

    c->heard = lq_net_now(c->net);
    until = c->heard + ms;
    while (lq_net_now(c->net) < until &&
           (c->owed > 0 || lq_net_now(c->net) < c->heard + QUIET)) {
        crowd_turn(c);
    }
    return c->owed == 0;
}

/* ---- life ---- */

const member *crowd_next(const crowd *c, int i)
{
    return &c->members[(i + 1) % CROWD];
}

static void member_begin(crowd *c, int i, const place *where, lq_time idle,
                         lq_time ping)
{
    member *m = &c->members[i];
    lq_config *config;
    char user[16];

    snprintf(user, sizeof(user), "u%d", i);
    snprintf(m->next, sizeof(m->next), "u%d@" PLACE_DOMAIN "/crowd",
             (i + 1) % CROWD);
    config = place_config(where, user, "crowd");
    /* PLAIN costs both sides the least */
    if (lq_config_set_mechanisms(config, "PLAIN") < 0 ||
        lq_config_set_timeout(config, LQ_TIMEOUT_IDLE, idle) < 0 ||
        lq_config_set_timeout(config, LQ_TIMEOUT_PING, ping) < 0) {
        abort();
    }
    m->stream = lq_stream_new(c->context, config);
    lq_config_free(config);
    /* whoever is available gets what came while nobody was */
    m->presence = lq_presence_attach(m->stream);
    if (m->presence == NULL || lq_net_add(c->net, m->stream) < 0 ||
        lq_stream_start(m->stream, lq_net_now(c->net)) < 0) {
        abort();
    }
    lq_stream_set_user(m->stream, m);
    lq_stream_trace(m->stream, true);
}

void crowd_begin(crowd *c, const place *where, lq_time idle, lq_time ping)
{
    *c = (crowd){ .context = lq_context_new(),
                  .members = calloc(CROWD, sizeof(member)) };
    c->net = lq_net_new(c->context);
    if (c->members == NULL || c->net == NULL) {
        abort();
    }
    for (int i = 0; i < CROWD; i++) {
        member_begin(c, i, where, idle, ping);
    }
}

void crowd_end(crowd *c)
{
    lq_net_free(c->net);
    for (int i = 0; i < CROWD; i++) {
        lq_stream_free(c->members[i].stream);
    }
    lq_context_free(c->context);
    free(c->members);
}
