/* world.h - all there is in a run: the time, the network, the server with the
 * contact behind it, the client, and the book in which both parties' stanzas
 * are counted. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <loquat/loquat.h>

#include "book.h"
#include "client.h"
#include "climate.h"
#include "line.h"
#include "server.h"

typedef struct tally {
    unsigned long seeds, stanzas, cuts, resumes, binds, lies, unknown, steps;
    unsigned long kills, again;
    unsigned long lost, duplicated, failed;
    size_t heap;         /* the most that was held */
    const char *program; /* by which a seed is played again */
} tally;

typedef struct world {
    uint64_t seed;
    lq_time now;
    climate climate;
    book book;
    line *lines;
    server server;
    client client;
    tally *totals;
    bool trace, healed;
    bool liar;    /* of the second family: only safety is claimed */
    bool starved; /* of the third: memory runs out now and then */
    bool mortal;  /* of the fourth: processes are killed */
    bool keeps;   /* the session is saved */
    bool failed;
    char why[300];
} world;

/* The invariant that is told does not hold.  The first one counts. */
void world_fail(world *w, const char *format, ...);

/* With --trace. */
void world_trace(const world *w, const char *format, ...);

/* ---- for who makes a world by hand: a seed, a climate, book_init(),
 * client_begin() ---- */

/* What all do at one moment; time is the caller's. */
void world_step(world *w);

/* The network heals, and all comes to rest, or it fails. */
void world_rest(world *w);
void world_end(world *w);

/* ---- */

/* Play SEED for STEPS, then let all come to rest.  Whether all went well. */
bool world_play(uint64_t seed, unsigned long steps, bool trace, tally *totals);

#endif
