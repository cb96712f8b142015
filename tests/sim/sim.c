/* sim.c - the simulator: sim --seed N, sim --seeds FROM..TO [--seconds S].
 *
 * A seed decides everything, so that one that fails can be played again:
 * README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world.h"

typedef struct options {
    unsigned long from, to, steps;
    double seconds;
    bool trace;
} options;

static int usage(void)
{
    fprintf(stderr, "usage: sim --seed N | --seeds FROM..TO [--seconds S]"
                    " [--steps N] [--trace]\n");
    return 2;
}

static bool options_take(options *o, const char *name, const char *value)
{
    char *end;

    if (strcmp(name, "--seed") == 0) {
        o->from = o->to = strtoul(value, &end, 10);
    } else if (strcmp(name, "--seeds") == 0) {
        o->from = strtoul(value, &end, 10);
        if (strncmp(end, "..", 2) != 0) {
            return false;
        }
        o->to = strtoul(end + 2, &end, 10);
    } else if (strcmp(name, "--steps") == 0) {
        o->steps = strtoul(value, &end, 10);
    } else if (strcmp(name, "--seconds") == 0) {
        o->seconds = strtod(value, &end);
    } else {
        return false;
    }
    return *end == '\0' && end != value;
}

static bool options_read(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            o->trace = true;
        } else if (i + 1 >= argc || !options_take(o, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    return o->to >= o->from;
}

/* How long to go on is the only thing that a clock decides. */
static double seconds(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void report(const tally *t, double took)
{
    if (t->failed == 0) {
        printf("ok sim: %lu checks\n", t->seeds);
    }
    printf("   seeds %lu, steps %lu, stanzas %lu (%.0f a second), cuts %lu,"
           " resumes %lu, fresh binds %lu, processes ended %lu, lies %lu\n",
           t->seeds, t->steps, t->stanzas, (double)t->stanzas / took, t->cuts,
           t->resumes, t->binds, t->kills, t->lies);
    printf("   lost %lu, duplicated %lu, told again under its number %lu, fate"
           " unknown %lu, most memory %zu KiB\n",
           t->lost, t->duplicated, t->again, t->unknown, t->heap / 1024);
}

int main(int argc, char **argv)
{
    options o = { .from = 1, .to = 100, .steps = 3000, .seconds = 1e9 };
    tally totals = { .program = argv[0] };
    double begun = seconds();

    if (!options_read(&o, argc, argv)) {
        return usage();
    }
    for (unsigned long seed = o.from;
         seed <= o.to && seconds() - begun < o.seconds; seed++) {
        world_play(seed, o.steps, o.trace, &totals);
        fflush(stdout);
    }
    report(&totals, seconds() - begun);
    return totals.failed > 0;
}
