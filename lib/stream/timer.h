/* timer.h - everything in a stream that happens at a moment.
 *
 * Timers lie inside what they belong to and wait in the stream's one heap. */
#ifndef LQ_TIMER_H
#define LQ_TIMER_H

#include "base/heap.h"

typedef struct lq_timer {
    lq_heap_item item; /* first: a heap item is a timer */
    void (*fire)(lq_stream *stream, struct lq_timer *timer);
    bool fixed; /* one of those that each stream has: setting it cannot fail */
} lq_timer;

enum { LQ_FIXED_TIMERS = 4 }; /* timeout, idle, space, reconnect */

/* Set TIMER to WHEN, or take it back with LQ_NEVER.  LQ_OK or LQ_E_NOMEM;
 * never fails for one that is set, or fixed. */
int lq_timer_set(lq_stream *stream, lq_timer *timer, lq_time when);

/* NOW + MS without overflow; LQ_NEVER if MS is. */
lq_time lq_time_after(lq_time now, lq_time ms);

/* Fire all that are due. */
void lq_timers_run(lq_stream *stream);

#endif
