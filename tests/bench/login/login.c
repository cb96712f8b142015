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

#include "../common/contest.h"
#include "login.h"

enum { WARM = 2 };

static const way *const lists[] = { ways_floors, ways_loquat };

static bool is_called(const way *w, const char *name)
{
    size_t len = strlen(w->what);

    return name == NULL ||
           (strncmp(name, w->what, len) == 0 && name[len] == '/' &&
            strcmp(name + len + 1, w->who) == 0);
}

/* Where WHO of the case WHAT stands, or -1. */
static int find(const contest *c, const char *what, const char *who)
{
    int i = c->count - 1;

    while (i >= 0 && (strcmp(c->all[i].what, what) != 0 ||
                      strcmp(c->all[i].who, who) != 0)) {
        i--;
    }
    return i;
}

/* Those called NAME; all for NULL.  Floors stand before what is above them. */
static void choose(contest *c, const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const way *w = lists[i]; w->what != NULL; w++) {
            if (is_called(w, name)) {
                c->all[c->count] =
                    (contestant){ .what = w->what, .who = w->who, .self = w };
                c->count++;
                c->all[c->count - 1].base = find(c, w->what, w->floor);
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

static bench_cost run(const void *chosen, void *argument)
{
    const way *w = chosen;
    size_t count = *(const size_t *)argument;
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

int main(int argc, char **argv)
{
    static contest all = { .rounds = 7, .run = run };
    size_t logins = contest_options(&all, argc, argv, 20, usage);

    choose(&all, argv[optind]);
    all.argument = &logins;
    if (all.count == 0 || logins == 0) {
        usage();
    }
    contest_run(&all, "login", (double)logins);
    return 0;
}
