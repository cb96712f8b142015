/* talk.h - a stream, what the input says to it, and what must hold meanwhile.
 *
 * The input is what the server sends, over a transport that is SECURE.  Bytes
 * that no XML has stand for something else:
 *
 *     1 to 7   the id of our newest IQ about TALK_ROSTER ...
 *     8        the id of our newest IQ
 *     11       the program does something; the next byte says what
 *     12       events are taken
 *     14       time passes to the next deadline
 *     15       the connection is lost
 *     16       what came so far is delivered
 *     17       how many stanzas of ours the server has (XEP-0198)
 *     18       the same, the last one being lost
 *
 * Claims: what we say is well-formed, whatever we are told; states, wishes and
 * the transport fit together; deadlines come to an end; events come in the
 * order that event.h promises; after stop(), CLOSED comes, as the last one, and
 * by then each request and delivery has ended exactly once. */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include <libxml/parser.h>
#include <loquat/loquat.h>

enum {
    TALK_ROSTER = 1,
    TALK_INFO,
    TALK_ITEMS,
    TALK_PING,
    TALK_VERSION,
    TALK_CARBONS,
    TALK_BIND,
    TALK_ANY,
    TALK_IDS,
};

enum { TALK_ASKED = 64 };

/* What the server (server.c) does when a session is to be resumed. */
enum { TALK_RESUMES = 0, TALK_KNOWS_COUNT, TALK_KNOWS_NOTHING };

/* What it was asked for and has not answered. */
enum {
    TALK_WANTS_HEADER = 1,
    TALK_WANTS_SUCCESS = 2,
    TALK_WANTS_SUCCESS2 = 4,
    TALK_WANTS_BIND = 8,
    TALK_WANTS_RESUMED = 16,
    TALK_WANTS_ENABLED = 32,
    TALK_WANTS_BOUND = 64,
};

typedef struct talk {
    lq_context *context;
    lq_stream *stream;
    lq_time now;
    unsigned pieces; /* how input is delivered: fuzz_piece() */

    /* A server of ours logs the stream in, with these FEATURES; NULL: the
     * input is all that there is. */
    const char *features;
    bool sasl2;  /* ... and bind 2, with all that goes inside */
    int resumes; /* TALK_RESUMES ... */

    /* What the program does, told by a byte; NULL: nothing. */
    void (*act)(struct talk *t, unsigned what);
    void (*told)(struct talk *t, const lq_event *event);

    /* What is sent anew need not be XML: nothing is judged once it may be. */
    bool unsound, quiet;

    /* what the stream has done */
    bool transport, online, closed;
    unsigned wants;
    uint32_t heard;           /* stanzas, as XEP-0198 counts */
    char previd[4096], h[16]; /* of the last <resume/> */
    void (*said)(struct talk *t, const char *bytes, size_t len);
    struct {
        lq_id id;
        bool request, ended;
    } asked[TALK_ASKED];
    int count;

    /* private */
    int connections;
    xmlParserCtxt *judge; /* of what we say */
    int depth;            /* there */
    char ids[TALK_IDS][64];
    char id[64]; /* of the IQ that is being read */
} talk;

/* A stream as CONFIG says, which is freed; attach what you need. */
void talk_begin(talk *t, lq_config *config);

/* Start, and connect. */
void talk_start(talk *t);

/* Note what lq_stream_send(), request() and the like gave. */
void talk_asked(talk *t, lq_id id);

void talk_hear(talk *t, const uint8_t *data, size_t size);

/* Have the server say TEXT; have the program take all events. */
void talk_say(talk *t, const char *text);
void talk_take_events(talk *t);

/* Go on, with no server there, until CLOSED was told: somebody has stopped the
 * stream.  The second stops it, makes the last claims and frees it. */
void talk_run_out(talk *t);
void talk_end(talk *t);

#endif
