/* send.c - what it costs to write one chat message, by writer.
 *
 *     send [-n MESSAGES] [-r ROUNDS] WRITER...
 *
 * The writers take turns, so that each round compares like with like; times
 * are given as ratios to the first one, as the median of the rounds with the
 * least and the greatest.  -r 0: one round and no figures, for callgrind.
 * Before each pass WARM messages are written that are not measured. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "writer.h"

enum { WRITERS_MAX = 16, ROUNDS_MAX = 101, WARM = 200 };

static const writer *const lists[] = { writers_floors, writers_loquat,
                                       writers_peers, writers_gloox,
                                       writers_tls };

typedef struct result {
    const writer *writer;
    double ns[ROUNDS_MAX], ratios[ROUNDS_MAX];
    bench_cost cost; /* of the last round */
} result;

void writing_keep(writing *w, const char *text, size_t len)
{
    if (len >= sizeof(w->last)) {
        bench_die("a message of %zu bytes", len);
    }
    memcpy(w->last, text, len);
    w->last[len] = '\0';
    w->kept++;
}

static const writer *find(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const writer *w = lists[i]; w->name != NULL; w++) {
            if (strcmp(w->name, name) == 0) {
                return w;
            }
        }
    }
    bench_die("no such writer: %s", name);
}

static void usage(void)
{
    fprintf(stderr, "usage: send [-n MESSAGES] [-r ROUNDS] WRITER...\n");
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const writer *w = lists[i]; w->name != NULL; w++) {
            fprintf(stderr, "    %-16s %s\n", w->name, w->about);
        }
    }
    exit(2);
}

typedef struct work {
    const writer *writer;
    writing *writing;
} work;

static void work_do(void *argument)
{
    work *w = argument;

    w->writer->write(w->writing);
}

static bench_cost run(const writer *r, size_t count)
{
    writing w = { .count = WARM };
    work all = { r, &w };
    bench_cost cost;

    if (r->begin != NULL) {
        r->begin(&w);
    }
    r->write(&w);
    w.count = count;
    w.kept = 0;
    cost = bench_measure(work_do, &all);
    if (r->end != NULL) {
        r->end(&w);
    }
    if (w.kept != count) {
        bench_die("%s wrote %zu messages of %zu", r->name, w.kept, count);
    }
    message_check(r->name, w.last);
    return cost;
}

static void take_turns(result *results, int count, size_t messages, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            result *r = &results[i];

            r->cost = run(r->writer, messages);
            r->ns[round] = r->cost.ns;
            r->ratios[round] = r->cost.ns / results[0].ns[round];
        }
    }
}

static void tell(result *r, int rounds, double count)
{
    const char *what = "chat message", *name = r->writer->name;

    bench_figure(what, name, "ns/message",
                 bench_median(r->ns, (size_t)rounds) / count);
    bench_figure(what, name, "ratio", bench_median(r->ratios, (size_t)rounds));
    bench_figure(what, name, "ratio-min", r->ratios[0]);
    bench_figure(what, name, "ratio-max", r->ratios[rounds - 1]);
    if (bench_counts_heap()) {
        bench_figure(what, name, "allocations/message",
                     r->cost.allocations / count);
    }
}

int main(int argc, char **argv)
{
    static result results[WRITERS_MAX];
    size_t messages = 20000;
    int rounds = 7, option, count;

    while ((option = getopt(argc, argv, "n:r:")) != -1) {
        switch (option) {
        case 'n':
            messages = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            rounds = atoi(optarg);
            break;
        default:
            usage();
        }
    }
    count = argc - optind;
    if (count < 1 || count > WRITERS_MAX || messages == 0 || rounds < 0 ||
        rounds > ROUNDS_MAX) {
        usage();
    }
    for (int i = 0; i < count; i++) {
        results[i].writer = find(argv[optind + i]);
    }
    take_turns(results, count, messages, rounds == 0 ? 1 : rounds);
    for (int i = 0; i < count && rounds > 0; i++) {
        tell(&results[i], rounds, (double)messages);
    }
    return 0;
}
