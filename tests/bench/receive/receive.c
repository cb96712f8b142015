/* receive.c - what it costs to read a stream, by reader.
 *
 *     receive [-c CHUNK] [-n STANZAS] [-r ROUNDS] CORPUS READER...
 *
 * The readers take turns, so that each round compares like with like; times
 * are given as ratios to the first one, as the median of the rounds with the
 * least and the greatest.  -r 0: one round and no figures, for callgrind. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

enum { READERS_MAX = 32, ROUNDS_MAX = 101 };

static const reader *const lists[] = { readers_floors, readers_loquat,
                                       readers_peers, readers_tls };

typedef struct result {
    const reader *reader;
    double ns[ROUNDS_MAX], ratios[ROUNDS_MAX];
    bench_cost cost; /* of the last round */
} result;

char *feed_next(const feed *f, size_t *at, size_t *len)
{
    char *piece = f->corpus->bytes + *at;

    if (*at == f->corpus->len) {
        return NULL;
    }
    *len = f->corpus->len - *at;
    if (*len > f->chunk) {
        *len = f->chunk;
    }
    *at += *len;
    return piece;
}

static const reader *find(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const reader *r = lists[i]; r->name != NULL; r++) {
            if (strcmp(r->name, name) == 0) {
                return r;
            }
        }
    }
    bench_die("no such reader: %s", name);
}

static void usage(void)
{
    fprintf(stderr, "usage: receive [-c CHUNK] [-n STANZAS] [-r ROUNDS] "
                    "CORPUS READER...\n");
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const reader *r = lists[i]; r->name != NULL; r++) {
            fprintf(stderr, "    %-16s %s\n", r->name, r->about);
        }
    }
    exit(2);
}

typedef struct work {
    const reader *reader;
    feed *feed;
} work;

static void work_do(void *argument)
{
    work *w = argument;

    w->reader->read(w->feed);
}

static bench_cost run(const reader *r, const corpus *c, size_t chunk)
{
    feed f = { .corpus = c, .chunk = chunk };
    work w = { r, &f };
    bench_cost cost;

    if (r->begin != NULL) {
        r->begin(&f);
    }
    cost = bench_measure(work_do, &w);
    if (r->end != NULL) {
        r->end(&f);
    }
    if (f.stanzas != c->count) {
        bench_die("%s read %zu stanzas of %zu", r->name, f.stanzas, c->count);
    }
    return cost;
}

static void tell(result *r, int rounds, const corpus *c, const char *what)
{
    const char *name = r->reader->name;
    double count = (double)c->count;

    bench_figure(what, name, "ns/stanza",
                 bench_median(r->ns, (size_t)rounds) / count);
    bench_figure(what, name, "ratio", bench_median(r->ratios, (size_t)rounds));
    bench_figure(what, name, "ratio-min", r->ratios[0]);
    bench_figure(what, name, "ratio-max", r->ratios[rounds - 1]);
    if (bench_counts_heap()) {
        bench_figure(what, name, "allocations/stanza",
                     r->cost.allocations / count);
        bench_figure(what, name, "peak", r->cost.peak);
    }
}

int main(int argc, char **argv)
{
    static result results[READERS_MAX];
    size_t chunk = 4096, limit = 0;
    int rounds = 7, option, count;
    const char *what;
    corpus c;

    while ((option = getopt(argc, argv, "c:n:r:")) != -1) {
        switch (option) {
        case 'c':
            chunk = strtoul(optarg, NULL, 10);
            break;
        case 'n':
            limit = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            rounds = atoi(optarg);
            break;
        default:
            usage();
        }
    }
    count = argc - optind - 1;
    if (count < 1 || count > READERS_MAX || chunk == 0 || rounds < 0 ||
        rounds > ROUNDS_MAX) {
        usage();
    }
    c = corpus_read(argv[optind], limit);
    what = strrchr(argv[optind], '/');
    what = what == NULL ? argv[optind] : what + 1;
    for (int i = 0; i < count; i++) {
        results[i].reader = find(argv[optind + 1 + i]);
    }
    for (int round = 0; round < (rounds == 0 ? 1 : rounds); round++) {
        for (int i = 0; i < count; i++) {
            result *r = &results[i];

            r->cost = run(r->reader, &c, chunk);
            r->ns[round] = r->cost.ns;
            r->ratios[round] = r->cost.ns / results[0].ns[round];
        }
    }
    for (int i = 0; i < count && rounds > 0; i++) {
        tell(&results[i], rounds, &c, what);
    }
    if (rounds == 0) {
        bench_figure(what, "corpus", "stanzas", (double)c.count);
        bench_figure(what, "corpus", "bytes", (double)c.len);
    }
    corpus_free(&c);
    return 0;
}
