/* endless.c - one stream that never ends: does it grow, does it slow down?
 *
 *     endless [-n STANZAS] [-w LAPS] SOURCE LAPS [CORPUS]
 *
 * A lap is STANZAS (2,000) stanzas, in reads of 4 KiB, a millisecond apart on
 * the stream's clock.  -w: so many laps go before.  Then come twelve segments
 * of LAPS laps.  Others use the machine too, so each lap is also read by a
 * companion, a stream that is new in each segment and has no modules, and
 * speed is how much faster than that the endless one is: of a segment, the
 * median of its laps.  With 0 LAPS one lap and no figures, for callgrind. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "../common/bench.h"
#include "../common/corpus.h"
#include "../common/desk.h"
#include "source.h"

enum { SEGMENTS = 12, LAPS_MAX = 1000, READ = 4096 };

typedef struct river {
    const source *source;
    desk desk;
    lq_stream *stream;
    char *bytes; /* of a lap */
    size_t len, stanzas, serial;
} river;

typedef struct segment {
    double heap, resident; /* at its end */
    double speed;          /* times the companion's */
} segment;

/* ---- a lap ---- */

/* The bytes of the next one: new ones, or the same again. */
static void lap_write(river *r)
{
    if (r->source->write == NULL) {
        return;
    }
    r->len = 0;
    for (size_t i = 0; i < r->stanzas; i++) {
        r->len += r->source->write(r->bytes + r->len, r->serial++);
    }
}

static void lap_read(void *argument)
{
    river *r = argument;

    for (size_t at = 0; at < r->len; at += READ) {
        lq_time deadline = lq_stream_deadline(r->stream);

        r->desk.now++;
        if (deadline != LQ_NEVER && deadline <= r->desk.now) {
            lq_stream_tick(r->stream, r->desk.now);
        }
        desk_receive(&r->desk, r->stream, r->bytes + at,
                     r->len - at < READ ? r->len - at : READ);
        while (lq_context_ready(r->desk.context) != NULL) {
        }
    }
    if (lq_stream_state(r->stream) != LQ_STATE_ONLINE) {
        bench_die("the stream has ended");
    }
}

/* A river beside R with the same bytes in it. */
static river companion_begin(const river *r)
{
    river companion = *r;

    desk_init(&companion.desk);
    companion.stream = desk_stream(&companion.desk);
    desk_login(&companion.desk, companion.stream);
    return companion;
}

static void river_end(river *r)
{
    lq_stream_free(r->stream);
    desk_clear(&r->desk);
}

static segment segment_read(river *r, size_t laps)
{
    river companion = companion_begin(r);
    double speeds[LAPS_MAX];
    segment s;

    for (size_t i = 0; i < laps; i++) {
        double ns;

        lap_write(r);
        companion.len = r->len;
        ns = bench_measure(lap_read, &companion).ns;
        speeds[i] = ns / bench_measure(lap_read, r).ns;
    }
    river_end(&companion);
    s.speed = bench_median(speeds, laps);
    s.heap = (double)bench_heap_now().live;
    s.resident = bench_resident();
    return s;
}

/* ---- all of it ---- */

static void tell(const river *r, const segment *segments, double heap,
                 size_t bytes)
{
    const segment *second = &segments[1], *last = &segments[SEGMENTS - 1];
    char name[64];

    bench_figure(r->source->name, "loquat", "MB", (double)bytes / 1e6);
    bench_figure(r->source->name, "loquat", "speed of the last",
                 last->speed / segments[0].speed);
    bench_figure(r->source->name, "loquat", "resident growth",
                 last->resident - second->resident);
    if (bench_counts_heap()) {
        bench_figure(r->source->name, "loquat", "memory growth",
                     last->heap - second->heap);
    }
    for (int i = 0; i < SEGMENTS; i++) {
        snprintf(name, sizeof(name), "%s %d", r->source->name, i + 1);
        bench_figure(name, "loquat", "speed",
                     segments[i].speed / segments[0].speed);
        bench_figure(name, "loquat", "resident", segments[i].resident);
        if (bench_counts_heap()) {
            bench_figure(name, "loquat", "heap", segments[i].heap - heap);
        }
    }
}

static void flow(river *r, size_t before, size_t laps)
{
    segment segments[SEGMENTS];
    double heap = (double)bench_heap_now().live; /* with the login's */
    size_t bytes = 0;

    for (size_t i = 0; i < before; i++) {
        lap_write(r);
        lap_read(r);
    }
    if (laps == 0) {
        lap_write(r);
        CALLGRIND_START_INSTRUMENTATION;
        bench_pass(lap_read, r);
        return;
    }
    for (int i = 0; i < SEGMENTS; i++) {
        segments[i] = segment_read(r, laps);
        bytes += laps * r->len;
    }
    tell(r, segments, heap, bytes);
}

static void measure(river *r, size_t before, size_t laps)
{
    desk_init(&r->desk);
    r->stream = desk_stream(&r->desk);
    if (strcmp(r->source->name, "strangers") == 0 &&
        (lq_presence_attach(r->stream) == NULL ||
         lq_messages_attach(r->stream) == NULL)) {
        bench_die("out of memory");
    }
    desk_login(&r->desk, r->stream);
    flow(r, before, laps);
    river_end(r);
}

static int usage(void)
{
    fprintf(stderr, "usage: endless [-n STANZAS] [-w LAPS] SOURCE LAPS "
                    "[CORPUS]\n");
    for (const source *s = sources; s->name != NULL; s++) {
        fprintf(stderr, "    %-10s %s\n", s->name, s->about);
    }
    return 2;
}

static const source *find(const char *name)
{
    for (const source *s = sources; s->name != NULL; s++) {
        if (strcmp(s->name, name) == 0) {
            return s;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    river r = { .stanzas = 2000 };
    size_t before = 0, laps;
    int option;

    while ((option = getopt(argc, argv, "n:w:")) != -1) {
        if (option == 'n') {
            r.stanzas = strtoul(optarg, NULL, 10);
        } else if (option == 'w') {
            before = strtoul(optarg, NULL, 10);
        } else {
            return usage();
        }
    }
    if (argc - optind < 2 || r.stanzas < 1 ||
        (r.source = find(argv[optind])) == NULL ||
        argc - optind != (r.source->write == NULL ? 3 : 2) ||
        (laps = strtoul(argv[optind + 1], NULL, 10)) > LAPS_MAX) {
        return usage();
    }
    if (r.source->write == NULL) {
        corpus c = corpus_read(argv[optind + 2], r.stanzas);

        r.len = c.len - (size_t)c.starts[0];
        r.bytes = bench_alloc(r.len);
        memcpy(r.bytes, c.bytes + c.starts[0], r.len);
        corpus_free(&c);
    } else {
        r.bytes = bench_alloc(r.stanzas * SOURCE_STANZA_MAX);
    }
    measure(&r, before, laps);
    free(r.bytes);
    return 0;
}
