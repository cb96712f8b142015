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

typedef struct talk {
    lq_context *context;
    lq_stream *stream;
    lq_time now;
    unsigned pieces; /* how input is delivered: fuzz_piece() */

    /* A server of ours logs the stream in, with these FEATURES; NULL: the
     * input is all that there is. */
    const char *features;

    /* What the program does, told by a byte; NULL: nothing. */
    void (*act)(struct talk *t, unsigned what);
    void (*told)(struct talk *t, const lq_event *event);

    /* private */
    bool transport, online, closed;
    int connections;
    xmlParserCtxt *judge; /* of what we say */
    int depth;            /* there */
    bool header, auth;    /* was said, and is to be answered */
    bool bind;
    char ids[TALK_IDS][64];
    char id[64]; /* of the IQ that is being read */
    struct {
        lq_id id;
        bool ended;
    } asked[TALK_ASKED];
    int count;
} talk;

/* A stream as CONFIG says, which is freed; attach what you need. */
void talk_begin(talk *t, lq_config *config);

/* Start, and connect. */
void talk_start(talk *t);

/* Note what lq_stream_send(), request() and the like gave. */
void talk_asked(talk *t, lq_id id);

void talk_hear(talk *t, const uint8_t *data, size_t size);
void talk_end(talk *t);

#endif
