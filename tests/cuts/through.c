/* through.c - sessions through a real server, cut anywhere.
 *
 *     through NAME HOST TLS-PORT CAFILE SEED CUTS
 *     through NAME HOST TLS-PORT CAFILE up|down BYTE
 *
 * A pair (pair.h) writes two hundred messages each way, once without a cut to
 * see how many bytes that makes, TLS and the login included.  Then CUTS pairs
 * do the same, a few at a time, and their cuts lie evenly over these bytes,
 * first those to the server, then those to the client; SEED shifts them.  Or
 * one is cut after a certain byte.
 *
 * Prints a row and a line of the checks; ends with 0 if all held. */
#define _GNU_SOURCE

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

enum { PAIRS = 6, FAILURES_MAX = 5 };

typedef struct row {
    uint64_t bytes[GATE_WAYS];
    int64_t cuts, resumes, binds, unknown, lost, doubled;
} row;

typedef struct tester {
    const char *name;
    place place;
    lq_context *context;
    lq_net *net;
    pair pairs[PAIRS];
    bool runs[PAIRS];
    unsigned begun;
    row row;
    int passed, failed;
} tester;

static const char *const names[GATE_WAYS] = { "up", "down" };

/* ---- pairs ---- */

static void begin(tester *t, unsigned i, const gate_cut *cut)
{
    if (!pair_begin(&t->pairs[i], t->context, t->net, &t->place, t->begun++,
                    cut)) {
        printf("not ok a pair cannot begin\n");
        exit(1);
    }
    t->runs[i] = true;
}

static void count(tester *t, const pair *p)
{
    const gate_cut *cut = &p->gate.cut;
    row *r = &t->row;

    r->cuts += p->gate.done;
    r->resumes += p->her.resumed;
    r->binds += p->her.bound > 1 ? p->her.bound - 1 : 0;
    r->unknown += p->her.unknown;
    r->lost += pair_lost(p);
    r->doubled += p->her.doubled + p->him.doubled;
    t->passed += !p->failed;
    t->failed += p->failed;
    if (p->failed) {
        printf("not ok cut after %" PRIu64 " bytes %s: %s\n", cut->at,
               names[cut->way], p->why);
    }
}

static bool some_run(const tester *t)
{
    for (unsigned i = 0; i < PAIRS; i++) {
        if (t->runs[i]) {
            return true;
        }
    }
    return false;
}

/* Wait for the net and the gates, and let everyone have a turn. */
static void turn(tester *t)
{
    struct pollfd fds[1 + PAIRS * GATE_FDS];
    int wait = lq_net_wait(t->net);
    size_t fd_count = 0;

    fds[fd_count++] =
        (struct pollfd){ .fd = lq_net_fd(t->net), .events = POLLIN };
    for (unsigned i = 0; i < PAIRS; i++) {
        if (t->runs[i]) {
            fd_count += gate_watch(&t->pairs[i].gate, fds + fd_count);
        }
    }
    poll(fds, fd_count, wait < 0 || wait > 100 ? 100 : wait);
    lq_net_dispatch(t->net, 0);
    while (lq_net_next(t->net) != NULL) {
        continue; /* each pair asks its own */
    }
    for (unsigned i = 0; i < PAIRS; i++) {
        if (t->runs[i] && !pair_turn(&t->pairs[i])) {
            count(t, &t->pairs[i]);
            pair_end(&t->pairs[i]);
            t->runs[i] = false;
        }
    }
    lq_net_dispatch(t->net, 0);
}

static void run_one(tester *t, const gate_cut *cut)
{
    begin(t, 0, cut);
    while (some_run(t)) {
        turn(t);
    }
}

/* ---- cuts ---- */

/* Number K of COUNT, by which the ways are divided. */
static gate_cut place_cut(const tester *t, uint64_t seed, unsigned k,
                          unsigned count)
{
    const uint64_t *bytes = t->row.bytes;
    uint64_t all = bytes[GATE_UP] + bytes[GATE_DOWN];
    uint64_t at = (all * k + seed % all) / count;
    int way = at < bytes[GATE_UP] ? GATE_UP : GATE_DOWN;

    return (gate_cut){ .way = way,
                       .at = way == GATE_UP ? at : at - bytes[GATE_UP],
                       .resets = k % 2 == 1,
                       .is_late = k % 5 == 4 };
}

static void run_all(tester *t, uint64_t seed, unsigned count)
{
    unsigned next = 0;

    while ((next < count && t->failed < FAILURES_MAX) || some_run(t)) {
        for (unsigned i = 0;
             i < PAIRS && next < count && t->failed < FAILURES_MAX; i++) {
            if (!t->runs[i]) {
                gate_cut cut = place_cut(t, seed, next++, count);

                begin(t, i, &cut);
            }
        }
        turn(t);
    }
}

static void measure(tester *t)
{
    run_one(t, &(gate_cut){ .way = GATE_UP, .at = UINT64_MAX });
    for (int way = 0; way < GATE_WAYS; way++) {
        t->row.bytes[way] = t->pairs[0].gate.passed[way];
    }
}

static void report(const tester *t)
{
    const row *r = &t->row;

    printf("    %-24s %15s %8s %8s %11s %7s %6s %10s\n", "", "bytes up/down",
           "cuts", "resumes", "fresh binds", "unknown", "lost", "duplicated");
    printf("    %-24s %8" PRIu64 "/%6" PRIu64 " %8" PRId64 " %8" PRId64
           " %11" PRId64 " %7" PRId64 " %6" PRId64 " %10" PRId64 "\n",
           t->name, r->bytes[GATE_UP], r->bytes[GATE_DOWN], r->cuts, r->resumes,
           r->binds, r->unknown, r->lost, r->doubled);
    if (t->passed > 0) {
        printf("ok %d messages each way, cut: %d checks\n", PAIR_MESSAGES,
               t->passed);
    }
}

int main(int argc, char **argv)
{
    static tester t;
    bool single;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 7) {
        fprintf(stderr, "usage: through NAME HOST TLS-PORT CAFILE SEED CUTS\n"
                        "       through NAME HOST TLS-PORT CAFILE up|down"
                        " BYTE\n");
        return 2;
    }
    single = strcmp(argv[5], "up") == 0 || strcmp(argv[5], "down") == 0;
    t.name = argv[1];
    t.place = (place){ argv[2], argv[3], argv[4] };
    t.context = lq_context_new();
    t.net = lq_net_new(t.context);
    if (single) {
        run_one(&t, &(gate_cut){ .way = strcmp(argv[5], "down") == 0,
                                 .at = strtoull(argv[6], NULL, 10) });
    } else {
        measure(&t);
        run_all(&t, strtoull(argv[5], NULL, 10),
                (unsigned)strtoul(argv[6], NULL, 10));
    }
    report(&t);
    lq_net_free(t.net);
    lq_context_free(t.context);
    return t.failed > 0 || t.passed == 0;
}
