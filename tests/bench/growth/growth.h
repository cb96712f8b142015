/* growth.h - operations whose cost is asked for at several sizes.
 *
 * A trial does one operation STEPS times, each time in a bench_pass(); what
 * must be there before is prepared outside of it.  There are operations on
 * one thing AMONG n, whose cost should not depend on n, and those on ALL of n
 * things, whose cost should be n times that of one. */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

#include "../common/bench.h"
#include "../common/desk.h"

typedef struct trial {
    desk desk;
    lq_stream *stream; /* logged in, unless prepare() makes others */
    size_t n;
    size_t step; /* 0, 1 ... */

    char *text; /* to be received; freed at the end */
    size_t len;
    size_t events; /* that were taken in this step */
    void *own;     /* the operation's; freed at the end */
} trial;

typedef struct operation {
    const char *name;
    const char *about;
    void (*configure)(trial *t); /* the config, before the stream is made */
    void (*attach)(trial *t);    /* modules, before it is logged in */
    void (*prepare)(trial *t);   /* once; all but work() may be NULL */
    void (*arrange)(trial *t);   /* before each step */
    void (*work)(void *t);       /* is measured */
    void (*end)(trial *t);
} operation;

/* Each ends with one without a name. */
extern const operation among[], received[], sent[];

/* An index below n, another one in each step. */
size_t trial_pick(const trial *t);

/* Make room for a text of SIZE bytes. */
void trial_text(trial *t, size_t size);

/* Let STREAM receive the text in reads of 4 KiB and count the events; die if
 * they are not EVENTS. */
void trial_receive(trial *t, lq_stream *stream, size_t events);

/* The id of the last iq that the stream has to say, which is dropped. */
void trial_hear_id(trial *t, char id[23]);

#endif
