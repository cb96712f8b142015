/* talk.c - see talk.h. */
#include "talk.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { CONNECTIONS = 5, TURNS = 500 };

/* ---- what we say ---- */

static void on_error(void *self, xmlErrorPtr error)
{
    (void)self;
    if (error->level >= XML_ERR_ERROR && error->code != XML_WAR_NS_URI) {
        fuzz_broken(error->message, "what we said", error->line);
    }
}

static void read_id(talk *t, int count, const xmlChar **attrs)
{
    t->id[0] = '\0';
    for (int i = 0; i < count; i++, attrs += 5) {
        size_t len = (size_t)(attrs[4] - attrs[3]);

        if (strcmp((const char *)attrs[0], "id") == 0 && attrs[2] == NULL &&
            len < sizeof(t->id)) {
            memcpy(t->id, attrs[3], len);
            t->id[len] = '\0';
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
            t->bind |= i == TALK_BIND;
        }
    }
}

static void on_start(void *self, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *xmlns, int space_count,
                     const xmlChar **spaces, int count, int defaulted,
                     const xmlChar **attrs)
{
    talk *t = self;

    (void)prefix, (void)space_count, (void)spaces, (void)defaulted;
    CLAIM(xmlns != NULL || t->depth > 1);
    switch (t->depth++) {
    case 0:
        CLAIM(strcmp((const char *)name, "stream") == 0);
        t->header = true;
        break;
    case 1:
        read_id(t, count, attrs);
        t->auth |= strcmp((const char *)name, "auth") == 0;
        if (strcmp((const char *)name, "iq") != 0) {
            t->id[0] = '\0';
        }
        break;
    case 2:
        if (t->id[0] != '\0' && xmlns != NULL) {
            note_id(t, (const char *)xmlns);
        }
        break;
    default:
        break;
    }
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
}

/* A stream begins anew with each XML declaration: what we are told could put
 * a '<' of its own into what we say only if we were wrong. */
static void judge_hear(talk *t, const char *bytes, size_t len)
{
    static const char start[] = "<?xml ";
    size_t size = strlen(start);

    while (len > 0) {
        size_t piece = 1;

        if (len >= size && memcmp(bytes, start, size) == 0) {
            judge_renew(t);
        }
        while (piece < len && (len - piece < size ||
                               memcmp(bytes + piece, start, size) != 0)) {
            piece++;
        }
        CLAIM(t->judge != NULL);
        xmlParseChunk(t->judge, bytes, (int)piece, 0);
        CLAIM(t->judge->wellFormed);
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
            CLAIM(t->asked[i].id != id);
        }
        CLAIM(t->count < TALK_ASKED);
        t->asked[t->count].id = id;
        t->asked[t->count++].ended = false;
    }
}

static void ended(talk *t, lq_id id)
{
    int i = 0;

    while (i < t->count && t->asked[i].id != id) {
        i++;
    }
    CLAIM(i < t->count); /* it was asked for */
    CLAIM(!t->asked[i].ended);
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
        ended(t, event->id);
        break;
    case LQ_EVENT_DELIVERY:
        ended(t, event->id);
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

static void take_events(talk *t)
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
            t->header = t->auth = t->bind = false;
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
            take_events(t);
            settle(t);
            if (!t->transport || !lq_stream_can_recv(t->stream)) {
                return; /* a question is open */
            }
        }
        bytes += taken;
        len -= (size_t)taken;
    }
}

#define HEADER                                                                 \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"                \
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"           \
    " from='example.net' id='s1' xml:lang='en'>"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"

static void say(talk *t, const char *text)
{
    deliver(t, text, strlen(text), 0);
}

/* Log the stream in by PLAIN. */
static void serve(talk *t)
{
    bool authenticated = false;

    for (int i = 0; i < 10 && t->transport; i++) {
        if (t->header) {
            t->header = false;
            say(t, HEADER "<stream:features>");
            say(t, authenticated
                       ? t->features
                       : "<mechanisms xmlns='" NS_SASL
                         "'><mechanism>PLAIN</mechanism></mechanisms>");
            say(t, "</stream:features>");
        } else if (t->auth) {
            t->auth = false;
            authenticated = true;
            say(t, "<success xmlns='" NS_SASL "'/>");
        } else if (t->bind) {
            t->bind = false;
            say(t, "<iq type='result' id='");
            say(t, t->ids[TALK_BIND]);
            say(t, "'><bind xmlns='" NS_BIND
                   "'><jid>romeo@example.net/orchard</jid></bind></iq>");
            return;
        }
    }
}

static bool make_connection(talk *t)
{
    if (t->transport) {
        return true;
    }
    if (!connect_again(t)) {
        return false;
    }
    if (t->features != NULL) {
        serve(t);
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
        take_events(t);
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

        if (code >= 1 && code < TALK_IDS) {
            size_t id = strlen(t->ids[code]);

            memcpy(bytes + len, t->ids[code], id);
            len += id;
        } else if (is_command(code)) {
            if (len > 0 && make_connection(t)) {
                deliver(t, bytes, len, t->pieces);
            }
            len = 0;
            i += command(t, code, i + 1 < size ? data[i + 1] : 0);
        } else {
            bytes[len++] = (char)code;
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

void talk_end(talk *t)
{
    int turns = 0;

    take_events(t);
    CLAIM(t->closed || lq_stream_stop(t->stream, t->now) == LQ_OK ||
          lq_stream_state(t->stream) >= LQ_STATE_CLOSING);
    while (!t->closed && turns++ < TURNS) {
        settle(t);
        take_events(t);
        settle(t);
        if (!t->closed) {
            wait(t);
        }
    }
    CLAIM(t->closed && !t->transport);
    CLAIM(lq_stream_event(t->stream) == NULL);
    for (int i = 0; i < t->count; i++) {
        CLAIM(t->asked[i].ended);
    }
    judge_free(t);
    lq_stream_free(t->stream);
    lq_context_free(t->context);
}
