/* test_context.c - many streams, and nobody scans them. */
#include <stdlib.h>
#include <string.h>

#include <loquat/loquat.h>
#include <loquat/module.h>

#include "suite.h"

enum { MANY = 100 };

static lq_context *context;
static lq_stream *streams[MANY];

static void begin(void)
{
    lq_config *config;

    memory_spare(true);
    context = lq_context_new();
    config = lq_config_new("romeo@example.net");
    for (int i = 0; i < MANY; i++) {
        streams[i] = lq_stream_new(context, config);
    }
    lq_config_free(config);
    memory_spare(false);
    while (lq_context_ready(context) != NULL) {
    }
}

static void end(void)
{
    for (int i = 0; i < MANY; i++) {
        lq_stream_free(streams[i]);
    }
    lq_context_free(context);
}

START_TEST(changed_streams_are_told_once_in_order)
{
    begin();
    CLAIM_IS(lq_stream_start(streams[7], 1), LQ_OK);
    CLAIM_IS(lq_stream_start(streams[3], 1), LQ_OK);
    lq_stream_connected(streams[7], 1, LQ_TRANSPORT_SECURE);
    CLAIM(lq_context_ready(context) == streams[7]);
    CLAIM(lq_context_ready(context) == streams[3]);
    CLAIM(lq_context_ready(context) == NULL);
    lq_stream_tick(streams[3], 2); /* nothing comes of it */
    CLAIM(lq_context_ready(context) == NULL);
    end();
}
END_TEST

START_TEST(freed_stream_is_told_no_more)
{
    begin();
    lq_stream_start(streams[0], 1);
    lq_stream_start(streams[1], 1);
    lq_stream_start(streams[2], 1);
    lq_stream_connected(streams[1], 1, LQ_TRANSPORT_SECURE);
    lq_stream_free(streams[1]);
    streams[1] = NULL;
    CLAIM(lq_context_ready(context) == streams[0]);
    CLAIM(lq_context_ready(context) == streams[2]);
    CLAIM(lq_context_ready(context) == NULL);
    CLAIM(lq_context_deadline(context) == LQ_NEVER);
    end();
}
END_TEST

/* Each has 30 seconds to log in, from its own beginning. */
START_TEST(earliest_deadline_comes_first)
{
    lq_time last = 0;
    int due = 0;

    begin();
    for (int i = 0; i < MANY; i++) {
        int at = (i * 37) % MANY;

        lq_stream_start(streams[at], 1000 + at);
        lq_stream_connected(streams[at], 1000 + at, LQ_TRANSPORT_SECURE);
    }
    CLAIM(lq_context_deadline(context) == 31000);
    CLAIM(lq_context_due(context, 30999) == NULL);
    for (;;) {
        lq_time now = lq_context_deadline(context);
        lq_stream *stream;

        if (now == LQ_NEVER) {
            break;
        }
        CLAIM(now >= last);
        last = now;
        stream = lq_context_due(context, now);
        CLAIM(stream == streams[(now - 31000) % MANY]);
        lq_stream_tick(stream, now);
        CLAIM_IS(lq_stream_wish(stream), LQ_WISH_CLOSE);
        due++;
    }
    CLAIM_IS(due, MANY);
    end();
}
END_TEST

START_TEST(context_may_go_first)
{
    begin();
    lq_context_free(context);
    context = NULL;
    CLAIM_IS(lq_stream_start(streams[0], 1), LQ_OK);
    CLAIM(lq_stream_context(streams[0]) != NULL);
    end();
}
END_TEST

START_TEST(wall_clock_goes_on_from_where_it_was_set)
{
    begin();
    CLAIM(lq_stream_unix_ms(streams[0]) == LQ_NEVER);
    lq_context_set_wallclock(context, 1700000000000, 5000);
    lq_stream_start(streams[0], 5250);
    CLAIM(lq_stream_unix_ms(streams[0]) == 1700000000250);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        changed_streams_are_told_once_in_order,
        freed_stream_is_told_no_more,
        earliest_deadline_comes_first,
        context_may_go_first,
        wall_clock_goes_on_from_where_it_was_set,
        NULL,
    };

    return suite_main("context", tests);
}
