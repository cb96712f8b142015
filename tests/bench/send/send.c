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

#include "../common/contest.h"
#include "writer.h"

enum { WARM = 200 };

static const writer *const lists[] = { writers_floors, writers_loquat,
                                       writers_peers, writers_gloox,
                                       writers_tls };

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

static bench_cost run(const void *self, void *argument)
{
    const writer *r = self;
    size_t count = *(const size_t *)argument;
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

int main(int argc, char **argv)
{
    static contest all = { .rounds = 7, .run = run };
    size_t messages = contest_options(&all, argc, argv, 20000, usage);

    all.argument = &messages;
    all.count = argc - optind;
    if (all.count < 1 || all.count > CONTEST_MAX || messages == 0) {
        usage();
    }
    for (int i = 0; i < all.count; i++) {
        const writer *w = find(argv[optind + i]);

        all.all[i] =
            (contestant){ .what = "chat message", .who = w->name, .self = w };
    }
    contest_run(&all, "message", (double)messages);
    return 0;
}
