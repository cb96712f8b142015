/* crowd.h - five hundred streams in one process, and their books.
 *
 * Each sends numbered messages to the next one in the ring.  Every number has
 * a fate and a count of how often it came.  Besides what the library says there
 * is what stood on the wire (TRACE): what the server acknowledged and what it
 * delivered, and that nobody acknowledged to it more than that. */
#ifndef TESTS_KILLS_CROWD_H
#define TESTS_KILLS_CROWD_H

#include "place.h"

enum { CROWD = 500, NUMBERS = 400 };

typedef struct message {
    lq_id id;
    uint32_t session, place;          /* of what it left in last; its place */
    unsigned char fates, fate, times; /* that it came */
    unsigned char again; /* ... of them, from the server's offline store, after
                            it had come */
    unsigned char phase; /* in which it was sent */
    bool vouched;        /* on the wire it was acknowledged */
    bool delivered;      /* ... it came */
} message;

typedef struct member {
    lq_stream *stream;
    lq_presence *presence;
    lq_id away, back; /* of what it sent of that */
    char next[64];    /* to whom it sends */
    int sent;
    bool online;
    uint32_t session, stanzas;     /* on the wire: managed ones; sent in it */
    uint32_t came, said;           /* ... that came in it; "h" that it said */
    long tellings, overtold;       /* how often; how often more than came */
    message messages[NUMBERS + 1]; /* by their numbers */
} member;

typedef struct crowd {
    lq_context *context;
    lq_net *net;
    member *members;
    int phase, turn;
    bool sends;
    lq_time due, heard; /* when to send, when a message came last */
    int online, open;   /* members, messages */
    long sent, owed;    /* all; of this phase: acknowledged, not here yet */
    long resumed, fresh, offline, closed; /* events */
    long bounced, strange, refused;
    long past; /* a smaller number after a greater one */
} crowd;

/* IDLE and PING in ms, as lq_config_set_timeout() has it. */
void crowd_begin(crowd *c, const place *where, lq_time idle, lq_time ping);
void crowd_end(crowd *c);

/* Let MS pass. */
void crowd_pass(crowd *c, lq_time ms);

/* Cut all connections: whatever the server takes for not arrived it sends
 * again when the sessions are resumed. */
void crowd_cut(crowd *c);

/* All go away and come back, as the others see it: who does gets what the
 * server has stored meanwhile. */
void crowd_reappear(crowd *c);

/* To whom member I sends. */
const member *crowd_next(const crowd *c, int i);

/* The rest waits for something, MS at most, and returns whether it came about:
 * that MESSAGES more were sent; */
bool crowd_talk(crowd *c, int messages, lq_time ms);

/* ... that all have lost their connection; */
bool crowd_scatter(crowd *c, lq_time ms);

/* ... that all are online and no message is without its fate; */
bool crowd_settle(crowd *c, lq_time ms);

/* ... that what was acknowledged is here, and nothing comes any more. */
bool crowd_hear(crowd *c, lq_time ms);

#endif
