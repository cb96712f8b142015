/* peer.c - a server that lives in memory, for tests. */
#include "peer.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/element.h"
#include "peer_xml.h"
#include "suite.h"

#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

#define HEADER PEER_HEADER
#define MECHANISMS                                                             \
    "<mechanisms xmlns='" NS_SASL "'>"                                         \
    "<mechanism>PLAIN</mechanism></mechanisms>"

/* ---- make and free ---- */

static lq_config *usual_config(void)
{
    lq_config *config = lq_config_new(PEER_JID);

    if (config != NULL) {
        lq_config_set_password(config, PEER_PASSWORD);
    }
    return config;
}

peer *peer_new(const lq_config *config, int chunk_index)
{
    peer *p = calloc(1, sizeof(*p));
    lq_config *usual = config == NULL ? usual_config() : NULL;

    p->chunk = suite_chunk(chunk_index);
    p->features = "";
    p->jid = PEER_JID;
    p->now = 1000;
    p->output = calloc(1, 1);
    p->last = calloc(1, 1);
    p->request = calloc(1, 1);
    p->context = lq_context_new();
    config = config == NULL ? usual : config;
    p->stream = config == NULL ? NULL : lq_stream_new(p->context, config);
    lq_config_free(usual);
    ck_assert(memory_is_tortured() || p->stream != NULL);
    return p;
}

peer *peer_begin(const lq_config *config, int chunk_index)
{
    peer *p;

    memory_spare(true);
    p = peer_new(config, chunk_index);
    memory_spare(false);
    return p;
}

peer *peer_open(int chunk_index)
{
    peer *p;

    memory_spare(true);
    p = peer_new(NULL, chunk_index);
    peer_login(p);
    memory_spare(false);
    return p;
}

static void events_drop(peer *p)
{
    for (int i = 0; i < p->event_count; i++) {
        lq_stanza_unref(p->events[i].stanza);
    }
    p->event_count = 0;
    lq_stanza_unref(p->event.stanza);
    p->event = (lq_event){ 0 };
}

void peer_close(peer *p)
{
    events_drop(p);
    lq_stream_free(p->stream);
    lq_context_free(p->context);
    free(p->output);
    free(p->last);
    free(p->request);
    free(p);
}

/* ---- bytes ---- */

static void *append(char *text, const void *bytes, size_t len)
{
    size_t old = strlen(text);

    text = realloc(text, old + len + 1);
    memcpy(text + old, bytes, len);
    text[old + len] = '\0';
    return text;
}

void peer_hear(peer *p, const void *bytes, size_t len)
{
    p->output = append(p->output, bytes, len);
}

/* What the stream has sent goes through the layer, if there is one. */
static void drain_piece(peer *p, const void *bytes, size_t len)
{
    char *copy = malloc(len);

    memcpy(copy, bytes, len);
    ck_assert_int_ge(lq_stream_sent(p->stream, p->now, len), 0);
    if (p->layer != NULL) {
        p->layer->take(p->layer, copy, len);
    } else {
        peer_hear(p, copy, len);
    }
    free(copy);
}

/* Take what the stream wants to send. */
static void drain(peer *p)
{
    const void *bytes;
    size_t len;

    if (p->layer != NULL) {
        p->layer->take(p->layer, "", 0);
    }
    while ((bytes = lq_stream_output(p->stream, &len)) != NULL) {
        drain_piece(p, bytes, p->chunk != 0 && len > p->chunk ? p->chunk : len);
    }
}

/* Take an event; false if there is none. */
static bool pull(peer *p)
{
    const lq_event *event = lq_stream_event(p->stream);

    p->event.detail = NULL; /* whatever was taken before has passed */
    for (int i = 0; i < p->event_count; i++) {
        p->events[i].detail = NULL;
    }
    if (event != NULL) {
        ck_assert_int_lt(p->event_count, PEER_EVENTS);
        p->events[p->event_count] = *event;
        lq_stanza_ref(event->stanza);
        p->event_count++;
    }
    return event != NULL;
}

size_t peer_offer(peer *p, const void *bytes, size_t len)
{
    const char *at = bytes;
    size_t left = len;
    size_t step = p->chunk == 0 ? len : p->chunk;

    while (left > 0) {
        int taken =
            lq_stream_recv(p->stream, p->now, at, left < step ? left : step);

        if (taken < 0) {
            return len;
        }
        if (taken == 0 && (p->layer != NULL || !pull(p))) {
            break;
        }
        at += taken;
        left -= (size_t)taken;
    }
    return len - left;
}

void peer_feed(peer *p, const void *bytes, size_t len)
{
    if (p->layer != NULL) {
        p->layer->send(p->layer, bytes, len);
    } else {
        peer_offer(p, bytes, len);
    }
}

void peer_send(peer *p, const char *xml) { peer_feed(p, xml, strlen(xml)); }

void peer_sendf(peer *p, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = malloc((size_t)len + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    peer_send(p, text);
    free(text);
}

/* Cut LEN bytes off the output; the caller frees them. */
static char *cut(peer *p, size_t len)
{
    char *piece = append(calloc(1, 1), p->output, len);

    memmove(p->output, p->output + len, strlen(p->output + len) + 1);
    return piece;
}

/* The next thing that the stream sent and that is no white space, to be freed
 * by the caller; NULL if there is none. */
static char *next_piece(peer *p)
{
    size_t len;

    drain(p);
    while ((len = element_len(p->output)) > 0) {
        char *piece = cut(p, len);

        if (*piece == '<') {
            return piece;
        }
        free(piece);
    }
    return NULL;
}

/* The same, taking events until there is one. */
static char *await_piece(peer *p)
{
    char *piece = next_piece(p);
    bool more = true;

    while (piece == NULL && more) {
        more = pull(p); /* replies leave also where no event comes of it */
        piece = next_piece(p);
    }
    return piece;
}

char *peer_take(peer *p)
{
    char *text;

    drain(p);
    text = p->output;
    p->output = calloc(1, 1);
    return text;
}

/* ---- login ---- */

static bool is_piece(const char *piece, const char *start)
{
    return strncmp(piece, start, strlen(start)) == 0;
}

/* What a server says to PIECE before the resource is bound. */
static void serve(peer *p, const char *piece)
{
    char id[128];

    if (is_piece(piece, "<stream:stream") && p->stage == 0) {
        peer_send(p,
                  HEADER "<stream:features>" MECHANISMS "</stream:features>");
    } else if (is_piece(piece, "<stream:stream")) {
        peer_sendf(p,
                   HEADER "<stream:features><bind xmlns='" NS_BIND
                          "'/>%s</stream:features>",
                   p->features);
    } else if (is_piece(piece, "<auth")) {
        p->stage = 1;
        peer_send(p, "<success xmlns='" NS_SASL "'/>");
    } else if (is_piece(piece, "<iq")) {
        xml_attr(piece, "id", id, sizeof(id));
        p->stage = 2;
        peer_sendf(p,
                   "<iq type='result' id='%s'><bind xmlns='" NS_BIND
                   "'><jid>%s</jid></bind></iq>",
                   id, p->jid);
    }
}

/* Wait for the stream to want a transport. */
static bool await_wish(peer *p)
{
    lq_stream_start(p->stream, p->now); /* it may have been already */
    for (int i = 0; i < 20; i++) {
        if (lq_stream_wish(p->stream) == LQ_WISH_CONNECT) {
            return true;
        }
        peer_wait(p, 60000);
    }
    return false;
}

/* Connect and serve; whether the stream is online then. */
static bool login_once(peer *p)
{
    char *piece;

    if (!await_wish(p)) {
        ck_assert_msg(memory_is_tortured(), "the stream wants no transport");
        return false;
    }
    p->stage = 0;
    p->output[0] = '\0';
    lq_stream_connected(p->stream, p->now, LQ_TRANSPORT_SECURE);
    while (p->stage < 2 && (piece = next_piece(p)) != NULL) {
        serve(p, piece);
        free(piece);
    }
    return lq_stream_state(p->stream) == LQ_STATE_ONLINE;
}

bool peer_login(peer *p)
{
    bool online = login_once(p);

    ck_assert_msg(online || memory_is_tortured(), "login failed: %s",
                  lq_failure_message(lq_stream_failure(p->stream)));
    if (!online) { /* memory was short for a moment, perhaps */
        peer_lose(p);
        while (pull(p)) {
        }
        events_drop(p);
        online = login_once(p);
    }
    return online && peer_event(p, LQ_EVENT_ONLINE) != NULL;
}

void peer_connect(peer *p, int transport)
{
    bool wished = await_wish(p);

    CLAIM(wished);
    p->output[0] = '\0';
    lq_stream_connected(p->stream, p->now, transport);
}

void peer_hang_up(peer *p)
{
    drain(p);
    lq_stream_disconnected(p->stream, p->now, LQ_OK);
}

void peer_lose(peer *p)
{
    drain(p);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
}

/* ---- the talk ---- */

const char *peer_last(const peer *p) { return p->last; }

/* Keep a copy of PIECE (NULL: "") in SLOT. */
static void keep(char **slot, const char *piece)
{
    free(*slot);
    *slot = append(calloc(1, 1), piece == NULL ? "" : piece,
                   piece == NULL ? 0 : strlen(piece));
}

static bool is_request(const char *piece)
{
    return xml_contains(piece, "<iq type='get'/>") ||
           xml_contains(piece, "<iq type='set'/>");
}

void peer_expect(peer *p, const char *pattern)
{
    char *piece = await_piece(p);

    ck_assert_msg(xml_is_element(pattern), "no pattern: %s", pattern);
    ck_assert_msg(memory_is_tortured() ||
                      (piece != NULL && xml_contains(piece, pattern)),
                  "expected  %s\n     got  %s", pattern,
                  piece == NULL ? "nothing" : piece);
    keep(&p->last, piece);
    if (piece != NULL && is_request(piece)) {
        keep(&p->request, piece);
    }
    free(piece);
}

void peer_expect_text(peer *p, const char *text)
{
    char *piece = await_piece(p);

    while (piece != NULL && is_piece(piece, "<?xml")) {
        free(piece);
        piece = await_piece(p);
    }
    ck_assert_msg(
        memory_is_tortured() || (piece != NULL && is_piece(piece, text)),
        "expected  %s\n     got  %s", text, piece == NULL ? "nothing" : piece);
    keep(&p->last, piece);
    free(piece);
}

void peer_header(peer *p, const char *features)
{
    peer_expect_text(p, "<stream:stream");
    peer_sendf(p, PEER_HEADER "<stream:features>%s</stream:features>",
               features);
}

/* Answer the last request with one of TYPE around PAYLOAD. */
static void answer(peer *p, const char *type, const char *payload)
{
    char id[128], to[3072];

    xml_attr(p->request, "id", id, sizeof(id));
    xml_attr(p->request, "to", to, sizeof(to));
    if (*to == '\0') {
        peer_sendf(p, "<iq type='%s' id='%s'>%s</iq>", type, id, payload);
    } else {
        peer_sendf(p, "<iq type='%s' id='%s' from='%s'>%s</iq>", type, id, to,
                   payload);
    }
}

void peer_reply(peer *p, const char *payload) { answer(p, "result", payload); }

void peer_refuse(peer *p, const char *condition)
{
    char payload[256];

    snprintf(payload, sizeof(payload),
             "<error type='cancel'><%s xmlns='" NS_STANZAS "'/></error>",
             condition);
    answer(p, "error", payload);
}

/* Move the oldest event that is no delivery (unless WANTED) to p->event. */
static bool next_event(peer *p, int wanted)
{
    do {
        while (p->event_count == 0) {
            if (!pull(p)) {
                return false;
            }
        }
        lq_stanza_unref(p->event.stanza);
        p->event = p->events[0];
        p->event_count--;
        memmove(p->events, p->events + 1,
                (size_t)p->event_count * sizeof(p->events[0]));
    } while (p->event.type != wanted &&
             (p->event.type == LQ_EVENT_DELIVERY ||
              (p->event.type == LQ_EVENT_SAVE && p->saving)));
    return true;
}

const lq_event *peer_event(peer *p, int type)
{
    bool is = next_event(p, type) && p->event.type == type;

    ck_assert_msg(is || memory_is_tortured(), "expected event %#x, got %#x",
                  (unsigned)type, (unsigned)p->event.type);
    return is ? &p->event : NULL;
}

void peer_quiet(peer *p)
{
    char *piece = await_piece(p);

    ck_assert_msg(piece == NULL || memory_is_tortured(),
                  "expected nothing\n     got  %s", piece);
    free(piece);
    ck_assert_msg(!next_event(p, 0) || memory_is_tortured(),
                  "expected no event, got %#x", (unsigned)p->event.type);
}

void peer_wait(peer *p, lq_time ms)
{
    lq_time end = p->now + ms;
    lq_time due = lq_stream_deadline(p->stream);

    for (int i = 0; i < 10000 && due != LQ_NEVER && due <= end; i++) {
        p->now = due > p->now ? due : p->now;
        lq_stream_tick(p->stream, p->now);
        drain(p);
        due = lq_stream_deadline(p->stream);
    }
    p->now = end;
    lq_stream_tick(p->stream, p->now);
}

/* ---- with memory running out ---- */

static void (*tortured)(peer *p);

static void torture_run(void)
{
    peer *p = peer_new(NULL, 2);

    if (p->stream != NULL) {
        tortured(p);
    }
    peer_close(p);
}

void peer_torture(void (*scenario)(peer *p))
{
    tortured = scenario;
    memory_torture(torture_run);
}
