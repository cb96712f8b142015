/* timer.c - see timer.h. */
#include "stream/timer.h"

#include "stream/stream.h"

/* The heap always has room for all fixed timers beside the others. */
int lq_timer_set(lq_stream *stream, lq_timer *timer, lq_time when)
{
    lq_heap *heap = &stream->timers;

    if (!timer->fixed && timer->item.place == 0 && when != LQ_NEVER &&
        lq_heap_reserve(heap, heap->count + 1 + LQ_FIXED_TIMERS) < 0) {
        return LQ_E_NOMEM;
    }
    stream->retimed = true;
    return lq_heap_set(heap, &timer->item, when);
}

lq_time lq_time_after(lq_time now, lq_time ms)
{
    if (ms < 0) {
        return LQ_NEVER;
    }
    return now > INT64_MAX - ms ? INT64_MAX : now + ms;
}

void lq_timers_run(lq_stream *stream)
{
    lq_heap_item *first;

    while ((first = lq_heap_first(&stream->timers)) != NULL &&
           first->when <= stream->now) {
        lq_timer *timer = (lq_timer *)first;

        lq_heap_set(&stream->timers, first, LQ_NEVER);
        stream->retimed = true;
        timer->fire(stream, timer);
    }
}
