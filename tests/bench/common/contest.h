/* contest.h - several that do the same thing take turns.
 *
 * Each round compares like with like, however the machine's speed drifts:
 * times are told as ratios of one round, as their median with the least and the
 * greatest. */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <stddef.h>

#include "bench.h"

enum { CONTEST_MAX = 32, ROUNDS_MAX = 101 };

typedef struct contestant {
    const char *what, *who; /* of its figures */
    const void *self;
    int base; /* the contestant that it is compared with; -1: none */

    /* what the contest keeps */
    double ns[ROUNDS_MAX], ratios[ROUNDS_MAX];
    bench_cost cost; /* of the last round */
} contestant;

typedef struct contest {
    contestant all[CONTEST_MAX];
    int count;
    int rounds; /* 0: one, of which nothing is told, for callgrind */
    bench_cost (*run)(const void *self, void *argument);
    void *argument;
} contest;

/* What "-n COUNT" and "-r ROUNDS" say: returns the first, or COUNT.  USAGE is
 * for other options, and does not return. */
size_t contest_options(contest *c, int argc, char **argv, size_t count,
                       void (*usage)(void));

/* Take turns; then tell the figures of each, COUNT UNITs a round: "ratio" and
 * its limits, "ns/UNIT", and with allocations.so "allocations/UNIT". */
void contest_run(contest *c, const char *unit, double count);

#endif
