/* dialogue.h - what is said in the session that is cut: two hundred messages
 * each way, and a few requests and questions, in the simulator's world and in
 * fine weather. */
#ifndef TESTS_CUTS_DIALOGUE_H
#define TESTS_CUTS_DIALOGUE_H

#include "../sim/world.h"

enum {
    DIALOGUE_MESSAGES = 200, /* each way */
    DIALOGUE_REQUESTS = 12,  /* each way */
};

/* SASL2: the first login is one (XEP-0388). */
void dialogue_begin(world *w, tally *totals, bool sasl2);

/* A millisecond of it; the network is the caller's affair. */
void dialogue_step(world *w);

/* All is said, and its fate known. */
bool dialogue_is_over(const world *w);

/* Cut the connection where it stands and play on for a while, or to the end,
 * chance being SEED's.  Whether the session was resumed, if it could be, and
 * nothing was lost or came twice.  The world ends with it. */
bool dialogue_survives(world *w, uint64_t seed);

#endif
