/* crowd.h - five hundred streams in one process, and their books.
 *
 * Each sends numbered messages to the next one in the ring.  Every number has
 * a fate and a count of how often it came; what was sent in a phase in which
 * sessions can be resumed is marked as lasting. */
#ifndef TESTS_KILLS_CROWD_H
#define TESTS_KILLS_CROWD_H

#include "place.h"

enum { CROWD = 500, NUMBERS = 400 };

typedef struct message {
    lq_id id;
    unsigned char fates, fate, times; /* that it came */
    unsigned char again; /* ... of them, from the server's offline store, after
                            it had come */
    unsigned char phase; /* in which it was sent */
} message;

typedef struct member {
    lq_stream *stream;
    char next[64]; /* to whom it sends */
    int sent, open;
    bool online;
    message messages[NUMBERS + 1]; /* by their numbers */
} member;

typedef struct crowd {
    lq_context *context;
    lq_net *net;
    member *members;
    int phase, turn;
    bool sends;
    lq_time due;
    int online, open;                     /* members, messages */
    long resumed, fresh, offline, closed; /* events */
    long bounced, strange, refused;
    long past; /* a smaller number after a greater one */
} crowd;

/* IDLE and PING in ms, as lq_config_set_timeout() has it. */
void crowd_begin(crowd *c, const place *where, lq_time idle, lq_time ping);
void crowd_end(crowd *c);

/* Let MS pass. */
void crowd_pass(crowd *c, lq_time ms);

/* Until all are online and no message is without its fate, MS at most. */
bool crowd_settle(crowd *c, lq_time ms);

#endif
