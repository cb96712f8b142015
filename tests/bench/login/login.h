/* login.h - who can log in, again and again, with a gate on the other side.
 *
 * The server works in the same program, but only the client's calls run in
 * bench_pass() and are added to a cost. */
#ifndef BENCH_LOGIN_H
#define BENCH_LOGIN_H

#include "../common/bench.h"

typedef struct way {
    const char *what; /* the case */
    const char *who;
    const char *about;
    const char *floor; /* who is the least of this case */
    void *(*begin)(void);
    void (*login)(void *self, bench_cost *cost);
    void (*end)(void *self);
} way;

/* Each list ends with a way without a name. */
extern const way ways_floors[], ways_loquat[];

#endif
