/* talk.c - see talk.h. */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "server.h"

enum { CONNECTIONS = 5, TURNS = 500 };

/* ---- what we say ---- */

static void on_error(void *self, xmlErrorPtr error)
{
    (void)self;
    if (error->level >= XML_ERR_ERROR && error->code != XML_WAR_NS_URI) {
        fuzz_broken(error->message, "what we said", error->line);
    }
}

/* "" if there is none, or it is longer than that. */
static void read_attr(char *out, size_t size, const char *name, int count,
                      const xmlChar **attrs)
{
    out[0] = '\0';
    for (int i = 0; i < count; i++, attrs += 5) {
        size_t len = (size_t)(attrs[4] - attrs[3]);

        if (strcmp((const char *)attrs[0], name) == 0 && attrs[2] == NULL &&
            len < size) {
            memcpy(out, attrs[3], len);
            out[len] = '\0';
        }
    }
}

static void note_id(talk *t, const char *xmlns)
{
    static const char *const spaces[TALK_IDS] = {
        [TALK_ROSTER] = "jabber:iq:roster",
        [TALK_INFO] = "http://jabber.org/protocol/disco#info",
        [TALK_ITEMS] = "http://jabber.org/protocol/disco#items",
        [TALK_PING] = "urn:xmpp:ping",
        [TALK_VERSION] = "jabber:iq:version",
        [TALK_CARBONS] = "urn:xmpp:carbons:2",
        [TALK_BIND] = "urn:ietf:params:xml:ns:xmpp-bind",
    };

    for (int i = 0; i < TALK_IDS; i++) {
        if (i == TALK_ANY ||
            (spaces[i] != NULL && strcmp(xmlns, spaces[i]) == 0)) {
            strcpy(t->ids[i], t->id);
            t->wants |= i == TALK_BIND ? TALK_WANTS_BIND : 0;
        }
    }
}

/* What the server is to answer, by the depth at which it stands. */
static const struct {
    int depth;
    const char *name, *xmlns;
    unsigned wants;
} wishes[] = {
    { 0, "stream", "http://etherx.jabber.org/streams", TALK_WANTS_HEADER },
    { 1, "auth", "urn:ietf:params:xml:ns:xmpp-sasl", TALK_WANTS_SUCCESS },
    { 1, "authenticate", "urn:xmpp:sasl:2", TALK_WANTS_SUCCESS2 },
    { 1, "resume", "urn:xmpp:sm:3", TALK_WANTS_RESUMED },
    { 1, "enable", "urn:xmpp:sm:3", TALK_WANTS_ENABLED },
    { 2, "resume", "urn:xmpp:sm:3", TALK_WANTS_RESUMED },
    { 2, "bind", "urn:xmpp:bind:0", TALK_WANTS_BOUND },
    { 3, "enable", "urn:xmpp:sm:3", TALK_WANTS_ENABLED },
};

static void note_wish(talk *t, const char *name, const char *xmlns, int count,
                      const xmlChar **attrs)
{
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        if (wishes[i].depth == t->depth && strcmp(wishes[i].name, name) == 0 &&
            xmlns != NULL && strcmp(wishes[i].xmlns, xmlns) == 0) {
            t->wants |= wishes[i].wants;
            if (wishes[i].wants == TALK_WANTS_RESUMED) {
                read_attr(t->previd, sizeof(t->previd), "previd", count, attrs);
                read_attr(t->h, sizeof(t->h), "h", count, attrs);
            }
            t->quiet |= t->unsound && wishes[i].wants == TALK_WANTS_ENABLED;
        }
    }
}

static bool is_stanza(const char *name, const char *xmlns)
{
    return xmlns != NULL && strcmp(xmlns, "jabber:client") == 0 &&
           (strcmp(name, "message") == 0 || strcmp(name, "presence") == 0 ||
            strcmp(name, "iq") == 0);
}

static void on_start(void *self, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *xmlns, int space_count,
                     const xmlChar **spaces, int count, int defaulted,
                     const xmlChar **attrs)
{
    const char *local = (const char *)name, *space = (const char *)xmlns;
    talk *t = self;

    (void)prefix, (void)space_count, (void)spaces, (void)defaulted;
    CLAIM(xmlns != NULL || t->depth > 1);
    CLAIM(t->depth > 0 || strcmp(local, "stream") == 0);
    note_wish(t, local, space, count, attrs);
    if (t->depth == 1) {
        read_attr(t->id, sizeof(t->id), "id", count, attrs);
        if (strcmp(local, "iq") != 0) {
            t->id[0] = '\0';
        }
        t->heard += is_stanza(local, space) ? 1 : 0;
        if (strcmp(local, "enable") == 0) {
            t->heard = 0;
        }
    } else if (t->depth == 2 && t->id[0] != '\0' && space != NULL) {
        note_id(t, space);
    }
    t->depth++;
}

static void on_end(void *self, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *xmlns)
{
    talk *t = self;

    (void)name, (void)prefix, (void)xmlns;
    t->depth--;
}

static const xmlSAXHandler handlers = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .serror = (xmlStructuredErrorFunc)on_error,
};

static void judge_free(talk *t)
{
    if (t->judge != NULL) {
        xmlFreeDoc(t->judge->myDoc);
        xmlFreeParserCtxt(t->judge);
        t->judge = NULL;
    }
}

static void judge_renew(talk *t)
{
    xmlSAXHandler sax = handlers;

    judge_free(t);
    t->depth = 0;
    t->judge = xmlCreatePushParserCtxt(&sax, t, NULL, 0, NULL);
    xmlCtxtUseOptions(t->judge, XML_PARSE_NOENT); /* "&" is no "&#38;" */
}

/* A stream begins anew with each XML declaration: what we are told could put
 * a '<' of its own into what we say only if we were wrong. */
static void judge_hear(talk *t, const char *bytes, size_t len)
{
    static const char start[] = "<?xml ";
    size_t size = strlen(start);

    while (len > 0) {
        size_t piece = 1;

        if (!t->quiet && len >= size && memcmp(bytes, start, size) == 0) {
            judge_renew(t);
        }
        while (piece < len && (len - piece < size ||
                               memcmp(bytes + piece, start, size) != 0)) {
            piece++;
        }
        CLAIM(t->judge != NULL);
        if (!t->quiet) {
            xmlParseChunk(t->judge, bytes, (int)piece, 0);
            CLAIM(t->judge->wellFormed);
        }
        bytes += piece;
        len -= piece;
    }
}

/* ---- what the stream tells the program ---- */

void talk_asked(talk *t, lq_id id)
{
    CLAIM(id > 0 || (id > -100 && id <= 0));
    if (id > 0) {
        for (int i = 0; i < t->count; i++) {
            CLAIM(t->asked[i].id != id || t->asked[i].ended);
        }
        CLAIM(t->count < TALK_ASKED);
        t->asked[t->count].id = id;
        t->asked[t->count].request = false;
        t->asked[t->count++].ended = false;
    }
}

static void note_end(talk *t, lq_id id)
{
    int i = 0;

    while (i < t->count && (t->asked[i].id != id || t->asked[i].ended)) {
        i++;
    }
    CLAIM(i < t->count); /* it was asked for, and has not ended yet */
    t->asked[i].ended = true;
}

static void claim_event(talk *t, const lq_event *event)
{
    const lq_failure *failure = lq_event_failure(event);

    CLAIM(!t->closed);
    CLAIM(lq_failure_message(failure) != NULL);
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        CLAIM(!t->online);
        t->online = true;
        break;
    case LQ_EVENT_OFFLINE:
        t->online = false;
        break;
    case LQ_EVENT_CLOSED:
        CLAIM(!t->online);
        CLAIM(lq_stream_state(t->stream) == LQ_STATE_CLOSED);
        t->closed = true;
        break;
    case LQ_EVENT_REPLY:
        CLAIM((event->error == 0 || event->error == LQ_E_STANZA) ==
              (event->stanza != NULL));
        note_end(t, event->id);
        break;
    case LQ_EVENT_DELIVERY:
        note_end(t, event->id);
        break;
    case LQ_EVENT_MESSAGE:
    case LQ_EVENT_PRESENCE:
        CLAIM(event->stanza != NULL);
        CLAIM(lq_stanza_sender(event->stanza) != NULL);
        break;
    default:
        break;
    }
}

void talk_take_events(talk *t)
{
    const lq_event *event;

    while ((event = lq_stream_event(t->stream)) != NULL) {
        claim_event(t, event);
        if (t->told != NULL) {
            t->told(t, event);
        }
    }
    /* what waits when the transport goes can be taken as if it were there */
    CLAIM(t->transport || lq_stream_state(t->stream) != LQ_STATE_ONLINE);
}

/* ---- the driver ---- */

static void take_output(talk *t)
{
    const char *bytes;
    size_t len;

    while ((bytes = lq_stream_output(t->stream, &len)) != NULL) {
        CLAIM(len > 0 && t->transport);
        judge_hear(t, bytes, len);
        if (t->said != NULL) {
            t->said(t, bytes, len);
        }
        CLAIM(lq_stream_sent(t->stream, t->now, len) == LQ_OK);
    }
}

static void hang_up(talk *t, int error)
{
    t->transport = false;
    CLAIM(lq_stream_disconnected(t->stream, t->now, error) == LQ_OK);
}

static void claim_state(const talk *t)
{
    int state = lq_stream_state(t->stream), wish = lq_stream_wish(t->stream);

    CLAIM(state > LQ_STATE_IDLE && state <= LQ_STATE_CLOSED);
    CLAIM(t->transport || state != LQ_STATE_NEGOTIATING);
    CLAIM(t->transport == (wish == LQ_WISH_KEEP || wish == LQ_WISH_CLOSE));
    CLAIM((lq_stream_jid(t->stream) != NULL) >= (state == LQ_STATE_ONLINE));
    CLAIM(t->transport || !lq_stream_can_recv(t->stream));
    CLAIM(state != LQ_STATE_CLOSED || !t->transport);
}

static void settle(talk *t)
{
    while (lq_context_ready(t->context) != NULL) {
    }
    take_output(t);
    if (t->transport && lq_stream_wish(t->stream) == LQ_WISH_CLOSE) {
        hang_up(t, 0);
    }
    claim_state(t);
}

/* To the next deadline; whether there was one. */
static bool wait(talk *t)
{
    lq_time deadline = lq_stream_deadline(t->stream);

    CLAIM(lq_context_deadline(t->context) == deadline);
    if (deadline == LQ_NEVER) {
        return false;
    }
    t->now = deadline > t->now ? deadline : t->now;
    CLAIM(lq_context_due(t->context, t->now) == t->stream);
    lq_stream_tick(t->stream, t->now);
    settle(t);
    return true;
}

/* Connect if that is wished for, now or soon; whether there is a transport. */
static bool connect_again(talk *t)
{
    for (int i = 0; i < 20 && !t->transport; i++) {
        if (lq_stream_wish(t->stream) == LQ_WISH_CONNECT) {
            if (t->connections++ >= CONNECTIONS) {
                return false;
            }
            CLAIM(lq_stream_target_domain(t->stream) != NULL);
            CLAIM(lq_stream_connected(t->stream, t->now, LQ_TRANSPORT_SECURE) ==
                  LQ_OK);
            t->transport = true;
            t->wants = 0;
            t->quiet = false;
            settle(t);
        } else if (!wait(t)) {
            return false;
        }
    }
    return t->transport;
}

/* ---- the server ---- */

static void deliver(talk *t, const char *bytes, size_t len, unsigned pieces)
{
    for (unsigned i = 0; len > 0 && t->transport; i++) {
        size_t piece = fuzz_piece(pieces, i, len);
        int taken = lq_stream_recv(t->stream, t->now, bytes, piece);

        CLAIM(taken <= (int)piece);
        settle(t);
        if (taken < 0) {
            CLAIM(lq_error_is_fatal(taken));
            return;
        }
        if (taken == 0) {
            talk_take_events(t);
            settle(t);
            if (!t->transport || !lq_stream_can_recv(t->stream)) {
                return; /* a question is open */
            }
        }
        bytes += taken;
        len -= (size_t)taken;
    }
}

void talk_say(talk *t, const char *text) { deliver(t, text, strlen(text), 0); }

static bool make_connection(talk *t)
{
    if (t->transport) {
        return true;
    }
    if (!connect_again(t)) {
        return false;
    }
    if (t->features != NULL) {
        server_log_in(t);
    }
    return t->transport;
}

/* ---- the input ---- */

/* CODE is one of those in talk.h; whether the next byte belongs to it. */
static bool command(talk *t, unsigned code, unsigned next)
{
    switch (code) {
    case 11:
        if (t->act != NULL && t->count < TALK_ASKED) {
            t->act(t, next);
        }
        break;
    case 12:
        talk_take_events(t);
        break;
    case 14:
        wait(t);
        break;
    case 15:
        if (t->transport) {
            hang_up(t, LQ_E_NET);
        }
        break;
    default:
        break;
    }
    settle(t);
    return code == 11;
}

/* What CODE stands for in what the server sends; its length. */
static size_t spell(talk *t, unsigned code, char *out)
{
    if (code >= 1 && code < TALK_IDS) {
        memcpy(out, t->ids[code], strlen(t->ids[code]));
        return strlen(t->ids[code]);
    }
    if (code == 17 || code == 18) {
        t->heard -= code == 18 ? 1 : 0;
        return (size_t)sprintf(out, "%lu", (unsigned long)t->heard);
    }
    *out = (char)code;
    return 1;
}

static bool is_command(unsigned code)
{
    return code == 11 || code == 12 || (code >= 14 && code <= 16);
}

void talk_hear(talk *t, const uint8_t *data, size_t size)
{
    char *bytes = malloc(size * sizeof(t->ids[0]) + 1);
    size_t len = 0;

    for (size_t i = 0; i < size && !t->closed; i++) {
        unsigned code = data[i];

        if (is_command(code)) {
            if (len > 0 && make_connection(t)) {
                deliver(t, bytes, len, t->pieces);
            }
            len = 0;
            i += command(t, code, i + 1 < size ? data[i + 1] : 0);
        } else {
            len += spell(t, code, bytes + len);
        }
    }
    if (len > 0 && make_connection(t)) {
        deliver(t, bytes, len, t->pieces);
    }
    free(bytes);
}

/* ---- life ---- */

void talk_begin(talk *t, lq_config *config)
{
    *t = (talk){ .now = 1000 };
    t->context = lq_context_new();
    lq_context_set_wallclock(t->context, INT64_C(1800000000000), t->now);
    t->stream = lq_stream_new(t->context, config);
    lq_config_free(config);
    CLAIM(t->stream != NULL);
}

void talk_start(talk *t)
{
    CLAIM(lq_stream_start(t->stream, t->now) == LQ_OK);
    settle(t);
    make_connection(t);
}

void talk_run_out(talk *t)
{
    int turns = 0;

    while (!t->closed && turns++ < TURNS) {
        settle(t);
        talk_take_events(t);
        settle(t);
        if (!t->closed) {
            wait(t);
        }
    }
    CLAIM(t->closed && !t->transport);
    CLAIM(lq_stream_event(t->stream) == NULL);
}

void talk_end(talk *t)
{
    talk_take_events(t);
    CLAIM(t->closed || lq_stream_stop(t->stream, t->now) == LQ_OK ||
          lq_stream_state(t->stream) >= LQ_STATE_CLOSING);
    talk_run_out(t);
    for (int i = 0; i < t->count; i++) {
        CLAIM(t->asked[i].ended);
    }
    judge_free(t);
    lq_stream_free(t->stream);
    lq_context_free(t->context);
}
