/* contest.c - see contest.h. */
#define _GNU_SOURCE
#include "contest.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void take_turns(contest *c, int round)
{
    for (int i = 0; i < c->count; i++) {
        contestant *one = &c->all[i];

        one->cost = c->run(one->self, c->argument);
        one->ns[round] = one->cost.ns;
        if (one->base >= 0) {
            one->ratios[round] = one->cost.ns / c->all[one->base].ns[round];
        }
    }
}

static void tell_per(const contestant *one, const char *figure,
                     const char *unit, double value)
{
    char name[64];

    snprintf(name, sizeof(name), "%s/%s", figure, unit);
    bench_figure(one->what, one->who, name, value);
}

static void tell(contestant *one, int rounds, const char *unit, double count)
{
    size_t n = (size_t)rounds;

    if (one->base >= 0) {
        bench_figure(one->what, one->who, "ratio",
                     bench_median(one->ratios, n));
        bench_figure(one->what, one->who, "ratio-min", one->ratios[0]);
        bench_figure(one->what, one->who, "ratio-max", one->ratios[n - 1]);
    }
    tell_per(one, "ns", unit, bench_median(one->ns, n) / count);
    if (bench_counts_heap()) {
        tell_per(one, "allocations", unit, one->cost.allocations / count);
    }
}

size_t contest_options(contest *c, int argc, char **argv, size_t count,
                       void (*usage)(void))
{
    int option;

    while ((option = getopt(argc, argv, "n:r:")) != -1) {
        switch (option) {
        case 'n':
            count = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            c->rounds = atoi(optarg);
            break;
        default:
            usage();
        }
    }
    return count;
}

void contest_run(contest *c, const char *unit, double count)
{
    if (c->count < 1 || c->rounds < 0 || c->rounds > ROUNDS_MAX) {
        bench_die("nobody takes part, or too often");
    }
    for (int round = 0; round == 0 || round < c->rounds; round++) {
        take_turns(c, round);
    }
    for (int i = 0; i < c->count && c->rounds > 0; i++) {
        tell(&c->all[i], c->rounds, unit, count);
    }
}
