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

#include "../common/contest.h"
#include "reader.h"

static const reader *const lists[] = { readers_floors, readers_loquat,
                                       readers_peers, readers_tls };

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

typedef struct setting {
    const corpus *corpus;
    size_t chunk;
} setting;

static bench_cost run(const void *self, void *argument)
{
    const reader *r = self;
    const setting *s = argument;
    feed f = { .corpus = s->corpus, .chunk = s->chunk };
    work w = { r, &f };
    bench_cost cost;

    if (r->begin != NULL) {
        r->begin(&f);
    }
    cost = bench_measure(work_do, &w);
    if (r->end != NULL) {
        r->end(&f);
    }
    if (f.stanzas != s->corpus->count) {
        bench_die("%s read %zu stanzas of %zu", r->name, f.stanzas,
                  s->corpus->count);
    }
    return cost;
}

static void tell_peaks(const contest *all)
{
    for (int i = 0; i < all->count && bench_counts_heap(); i++) {
        bench_figure(all->all[i].what, all->all[i].who, "peak",
                     all->all[i].cost.peak);
    }
}

int main(int argc, char **argv)
{
    static contest all = { .rounds = 7, .run = run };
    setting as = { .chunk = 4096 };
    size_t limit = 0;
    int option;
    const char *what;
    corpus c;

    while ((option = getopt(argc, argv, "c:n:r:")) != -1) {
        switch (option) {
        case 'c':
            as.chunk = strtoul(optarg, NULL, 10);
            break;
        case 'n':
            limit = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            all.rounds = atoi(optarg);
            break;
        default:
            usage();
        }
    }
    all.count = argc - optind - 1;
    if (all.count < 1 || all.count > CONTEST_MAX || as.chunk == 0) {
        usage();
    }
    c = corpus_read(argv[optind], limit);
    as.corpus = &c;
    all.argument = &as;
    what = strrchr(argv[optind], '/');
    what = what == NULL ? argv[optind] : what + 1;
    for (int i = 0; i < all.count; i++) {
        const reader *r = find(argv[optind + 1 + i]);

        all.all[i] = (contestant){ .what = what, .who = r->name, .self = r };
    }
    contest_run(&all, "stanza", (double)c.count);
    if (all.rounds == 0) {
        bench_figure(what, "corpus", "stanzas", (double)c.count);
        bench_figure(what, "corpus", "bytes", (double)c.len);
    } else {
        tell_peaks(&all);
    }
    corpus_free(&c);
    return 0;
}
