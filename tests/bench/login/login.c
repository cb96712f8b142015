/* login.c - what a login costs the client, by case and by who logs in.
 *
 *     login [-n LOGINS] [-r ROUNDS] [CASE/WHO]
 *
 * All take turns, or only one is measured.  Times are given as ratios to the
 * least of the case in the same round, as the median of the rounds with the
 * least and the greatest.  -r 0: one round and no figures, for callgrind.
 * The first WARM logins are not measured. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"

enum { WAYS_MAX = 16, ROUNDS_MAX = 101, WARM = 2 };

static const way *const lists[] = { ways_floors, ways_loquat };

typedef struct result {
    const way *way;
    const struct result *floor;
    double ns[ROUNDS_MAX], ratios[ROUNDS_MAX];
    bench_cost cost; /* of the last round */
} result;

typedef struct results {
    result all[WAYS_MAX];
    int count;
} results;

static bool is_called(const way *w, const char *name)
{
    size_t len = strlen(w->what);

    return name == NULL ||
           (strncmp(name, w->what, len) == 0 && name[len] == '/' &&
            strcmp(name + len + 1, w->who) == 0);
}

static result *find(results *r, const char *what, const char *who)
{
    for (int i = 0; i < r->count; i++) {
        if (strcmp(r->all[i].way->what, what) == 0 &&
            strcmp(r->all[i].way->who, who) == 0) {
            return &r->all[i];
        }
    }
    return NULL;
}

/* Those called NAME; all for NULL.  Floors stand before what is above them. */
static void choose(results *r, const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const way *w = lists[i]; w->what != NULL; w++) {
            if (is_called(w, name)) {
                r->all[r->count].way = w;
                r->count++;
                r->all[r->count - 1].floor = find(r, w->what, w->floor);
            }
        }
    }
}

static void usage(void)
{
    fprintf(stderr, "usage: login [-n LOGINS] [-r ROUNDS] [CASE/WHO]\n");
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const way *w = lists[i]; w->what != NULL; w++) {
            fprintf(stderr, "    '%s/%s'\t%s\n", w->what, w->who, w->about);
        }
    }
    exit(2);
}

static bench_cost run(const way *w, size_t count)
{
    bench_cost cost = { 0 };
    void *self = w->begin();

    for (int i = 0; i < WARM; i++) {
        w->login(self, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        w->login(self, &cost);
    }
    w->end(self);
    return cost;
}

static void take_turns(results *r, size_t logins, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < r->count; i++) {
            result *one = &r->all[i];

            one->cost = run(one->way, logins);
            one->ns[round] = one->cost.ns;
            if (one->floor != NULL) {
                one->ratios[round] = one->cost.ns / one->floor->ns[round];
            }
        }
    }
}

static void tell(result *r, int rounds, double count)
{
    const char *what = r->way->what, *who = r->way->who;

    if (r->floor != NULL) {
        bench_figure(what, who, "ratio",
                     bench_median(r->ratios, (size_t)rounds));
        bench_figure(what, who, "ratio-min", r->ratios[0]);
        bench_figure(what, who, "ratio-max", r->ratios[rounds - 1]);
    }
    bench_figure(what, who, "ns/login",
                 bench_median(r->ns, (size_t)rounds) / count);
    if (bench_counts_heap()) {
        bench_figure(what, who, "allocations/login",
                     r->cost.allocations / count);
    }
}

int main(int argc, char **argv)
{
    static results r;
    size_t logins = 20;
    int rounds = 7, option;

    while ((option = getopt(argc, argv, "n:r:")) != -1) {
        switch (option) {
        case 'n':
            logins = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            rounds = atoi(optarg);
            break;
        default:
            usage();
        }
    }
    choose(&r, argv[optind]);
    if (r.count == 0 || logins == 0 || rounds < 0 || rounds > ROUNDS_MAX) {
        usage();
    }
    take_turns(&r, logins, rounds == 0 ? 1 : rounds);
    for (int i = 0; i < r.count && rounds > 0; i++) {
        tell(&r.all[i], rounds, (double)logins);
    }
    return 0;
}
