/* refuse.c - what it costs to refuse what is beyond the limits.
 *
 *     refuse [-c CHUNK] CORPUS
 *
 * The stream must end with policy-violation before all of it is read. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/bench.h"
#include "../common/corpus.h"
#include "../common/desk.h"

typedef struct work {
    desk desk;
    lq_stream *stream;
    const corpus *corpus;
    size_t chunk;
    size_t len; /* bytes that were given to it */
    int code;
} work;

static void refuse(void *argument)
{
    work *w = argument;
    const char *bytes = w->corpus->bytes + w->corpus->starts[0];
    size_t all = w->corpus->len - (size_t)w->corpus->starts[0];

    while (w->code >= 0 && w->len < all) {
        size_t len = all - w->len < w->chunk ? all - w->len : w->chunk;

        w->code = lq_stream_recv(w->stream, w->desk.now, bytes + w->len, len);
        w->len += len;
        while (lq_stream_event(w->stream) != NULL) {
        }
    }
}

static void check(const work *w)
{
    const char *condition = lq_failure_condition(lq_stream_failure(w->stream));

    if (w->code >= 0 || condition == NULL ||
        strcmp(condition, "policy-violation") != 0) {
        bench_die("it was not refused but: %d, %s", w->code,
                  condition == NULL ? "no condition" : condition);
    }
}

int main(int argc, char **argv)
{
    work w = { .chunk = 4096 };
    const char *what;
    bench_cost cost;
    corpus c;
    int option;

    while ((option = getopt(argc, argv, "c:")) != -1) {
        w.chunk = option == 'c' ? strtoul(optarg, NULL, 10) : 0;
    }
    if (optind + 1 != argc || w.chunk == 0) {
        fprintf(stderr, "usage: refuse [-c CHUNK] CORPUS\n");
        return 2;
    }
    c = corpus_read(argv[optind], 0);
    what = basename(argv[optind]);
    w.corpus = &c;
    desk_init(&w.desk);
    w.stream = desk_stream(&w.desk);
    desk_login(&w.desk, w.stream);
    cost = bench_measure(refuse, &w);
    check(&w);
    bench_figure(what, "loquat", "bytes read", (double)w.len);
    bench_figure(what, "loquat", "error", w.code);
    if (bench_counts_heap()) {
        bench_figure(what, "loquat", "peak", cost.peak);
    }
    lq_stream_free(w.stream);
    desk_clear(&w.desk);
    corpus_free(&c);
    return 0;
}
