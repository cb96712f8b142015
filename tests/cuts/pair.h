/* pair.h - two who write each other two hundred messages through a server, one
 * of them through a gate that is cut.
 *
 * She is cut, he is not.  He writes nothing until a message of hers was
 * acknowledged: before that there is no session, as far as she knows, that
 * could be resumed.  Both go on for a while behind the cut. */
#ifndef TESTS_CUTS_PAIR_H
#define TESTS_CUTS_PAIR_H

#include "../kills/place.h"
#include "gate.h"

enum {
    PAIR_MESSAGES = 200, /* each way, at the least */
    PAIR_MOST = 4000,
};

/* One of the two. */
typedef struct party {
    lq_stream *stream;
    char jid[96];
    bool online, closed;
    int64_t sent, enough, acked, failed, unknown;
    int64_t came, doubled, strange; /* of the other's */
    unsigned resumed, bound;        /* ONLINE, so many times */
    bool has[PAIR_MOST + 1];        /* the other's message of this number */
} party;

typedef struct pair {
    lq_net *net;
    gate gate;
    party her, him;
    lq_time until;         /* when patience ends */
    bool noted, managed;   /* the cut; and that she had a session then */
    bool stopping, failed; /* .why says why */
    char why[160];
} pair;

/* Pair number N begins; the gate is cut so. */
bool pair_begin(pair *p, lq_context *context, lq_net *net, const place *where,
                unsigned n, const gate_cut *cut);

/* Carry, take events, write.  False when it is over, and .failed is known. */
bool pair_turn(pair *p);
void pair_end(pair *p);

/* Messages that did not come although nobody said so. */
int64_t pair_lost(const pair *p);

#endif
