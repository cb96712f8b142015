/* peer.h - a server that lives in memory, for tests.
 *
 * A peer owns one stream, the clock and the bytes between them, so a test
 * reads as the talk it is:
 *
 *     peer *p = peer_open(_i);
 *     lq_roster_attach(p->stream);
 *     peer_expect(p, "<iq type='get'><query xmlns='jabber:iq:roster'/></iq>");
 *     peer_reply(p, "<query xmlns='jabber:iq:roster'/>");
 *     peer_event(p, LQ_EVENT_ROSTER_LOADED);
 *     peer_quiet(p);
 *     peer_close(p);
 *
 * Bytes are delivered in pieces of p->chunk; every suite runs with 1, 7 and
 * "all at once", so no test can depend on where a read happens to end.  XML is
 * taken apart by libxml2, not by us.
 *
 * Events are taken from the stream as late as possible and kept in order.  The
 * detail of one is there only while it is the last that was taken. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <loquat/loquat.h>

#define PEER_ACCOUNT  "romeo@example.net"
#define PEER_JID      PEER_ACCOUNT "/orchard"
#define PEER_PASSWORD "Wherefore"

#define PEER_HEADER                                                            \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"                \
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"           \
    " from='example.net' id='s1' xml:lang='en'>"

enum { PEER_EVENTS = 256 };

/* What may stand between the stream and the talk: see tlspeer.h. */
typedef struct peer_layer {
    void (*take)(struct peer_layer *self, const void *bytes, size_t len);
    void (*send)(struct peer_layer *self, const void *bytes, size_t len);
} peer_layer;

typedef struct peer {
    lq_context *context;
    lq_stream *stream;
    lq_time now;
    size_t chunk;         /* bytes per lq_stream_recv(); 0 for no limit */
    const char *features; /* what is offered besides bind; "" at first */
    const char *jid;      /* what is bound; PEER_JID at first */
    peer_layer *layer;    /* NULL: none */
    bool saving;          /* SAVE is passed over like deliveries */

    /* private */
    char *output;  /* what the stream sent and nobody has looked at */
    char *last;    /* the stanza that was expected last */
    char *request; /* the request that was expected last */
    int stage;     /* of the login */
    lq_event events[PEER_EVENTS];
    int event_count;
    lq_event event; /* what peer_event() returned */
} peer;

/* ---- make and free ---- */

/* A logged-in stream for PEER_JID; nothing waits.  Memory suffices for it. */
peer *peer_open(int chunk_index);

/* A stream as CONFIG (NULL: PEER_JID and its password) says; not started. */
peer *peer_new(const lq_config *config, int chunk_index);
void peer_close(peer *p);

/* The same when memory suffices for the stream itself. */
peer *peer_begin(const lq_config *config, int chunk_index);

/* ---- connections ---- */

/* Start the stream if it is not, wait until it wants a transport, give it a
 * protected one and play the server until the resource is bound: SASL PLAIN,
 * then bind.  ONLINE is taken.  False (only while forgiving) if it failed. */
bool peer_login(peer *p);

/* Start the stream if it is not, wait until it wants a transport, and give it
 * one of TRANSPORT; the server says nothing by itself. */
void peer_connect(peer *p, int transport);

/* The driver closes the transport, as it was wished to. */
void peer_hang_up(peer *p);

/* The transport breaks.  OFFLINE is the next event, and a login may follow. */
void peer_lose(peer *p);

/* ---- the talk ---- */

/* Deliver XML; and LEN bytes of anything. */
void peer_send(peer *p, const char *xml);
void peer_sendf(peer *p, const char *format, ...);
void peer_feed(peer *p, const void *bytes, size_t len);

/* Check that the stream's next stanza contains PATTERN: every element,
 * attribute and text in it, others allowed. */
void peer_expect(peer *p, const char *pattern);

/* The same for a stream header or a closing tag, which begins with TEXT. */
void peer_expect_text(peer *p, const char *text);

/* Expect a stream header; answer with ours and FEATURES, the content of
 * <stream:features/>. */
void peer_header(peer *p, const char *features);

/* The stanza that was expected last, as it stood on the wire; or "". */
const char *peer_last(const peer *p);

/* Answer the request that was expected last with a result of PAYLOAD, or with
 * the stanza error CONDITION. */
void peer_reply(peer *p, const char *payload);
void peer_refuse(peer *p, const char *condition);

/* All that the stream has sent and that was not expected yet, to be freed by
 * the caller. */
char *peer_take(peer *p);

/* The next event, which must be of TYPE.  Deliveries are passed over unless
 * one is asked for.  Lives until the next one. */
const lq_event *peer_event(peer *p, int type);

/* Nothing was sent, and no event (but deliveries) is waiting. */
void peer_quiet(peer *p);

/* Let MS pass, ticking the stream at each of its deadlines. */
void peer_wait(peer *p, lq_time ms);

/* ---- for layers ---- */

/* Deliver LEN bytes of the transport; how many were taken: fewer if events
 * must be taken first. */
size_t peer_offer(peer *p, const void *bytes, size_t len);

/* The stream said this. */
void peer_hear(peer *p, const void *bytes, size_t len);

/* ---- with memory running out ---- */

/* memory_torture() for SCENARIO, which gets a peer that forgives: nothing in
 * this file fails a test, peer_event() may return NULL, and what is delivered
 * comes at once.  The peer is new: attach what you need, then peer_login(). */
void peer_torture(void (*scenario)(peer *p));

#endif
