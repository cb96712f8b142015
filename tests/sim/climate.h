/* climate.h - what kind of world a seed makes. */
#ifndef SIM_CLIMATE_H
#define SIM_CLIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include <loquat/base.h>

typedef struct climate {
    /* the network; chances are of 10,000 in each step */
    lq_time pace;    /* most that a step lasts */
    lq_time latency; /* most */
    size_t piece;    /* most bytes in a read; 0: whatever there is */
    size_t window;   /* bytes that the way to the server holds */
    unsigned cuts, holds, pauses;
    unsigned refusals; /* of a connect */

    /* the server */
    bool sasl2, sm, resumable, location;
    lq_time resume_window;
    bool keeps_h; /* of sessions that are over */
    bool stores;  /* what such a session did not acknowledge is sent again */
    unsigned restarts, amnesia; /* ... that loses all sessions */
    unsigned closes;            /* it ends the stream in good order */
    int asks;                   /* <r/> after so many stanzas; 0: when idle */
    int acks;                   /* <a/> unasked after so many; 0: never */
    lq_time ack_delay, reply_delay;
    bool lies;

    /* traffic */
    unsigned messages, requests; /* the program's */
    unsigned told, asked;        /* the contact's */
    int burst;
    size_t padding;

    /* the program */
    unsigned takes; /* that it looks for events */
    unsigned leaves_off;
    unsigned stops;
    unsigned kills, suspends; /* of its processes */
    lq_time save_delay;       /* most */
    unsigned changes;         /* it is told of another network */
    unsigned hunger;          /* allocations that fail, of 100,000 */
    lq_time request_timeout, question_timeout, idle, ping;
    lq_time reconnect_first, reconnect_last;
} climate;

/* Draw one for a family of worlds: LIES: the server does; STARVES: allocations
 * fail; MORTAL: the program's processes are killed. */
void climate_draw(climate *c, bool lies, bool starves, bool mortal);

/* The weather is fine from now on. */
void climate_heal(climate *c);

/* Print it in one line. */
void climate_print(const climate *c);

#endif
