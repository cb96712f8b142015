/* scripted.c - one session, cut after every byte.
 *
 *     scripted [--sasl2] [--first N] [--every M | --all] [--jobs J]
 *     scripted [--sasl2] --up N | --down N [--trace]
 *
 * The simulator's client, server and contact, and a network that lets one more
 * byte through at a time, each way, once the byte before has been read.  Each
 * time a child is forked, and that is where its connection is cut: both ends
 * have read exactly so much.  It logs in again, which is expected to resume
 * the session, and plays it to its end; the simulator's book says whether each
 * stanza came once and in order, and whether each id had one end, and the
 * right one.  A cut is one after so many bytes each way, and counts for both
 * ways unless one of them stood still.
 *
 * Cut is after each byte up to N of both ways, and then after every M-th.  J
 * workers play the same session, and take turns with the cuts. */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dialogue.h"

enum {
    UP,
    DOWN,
    WAYS,
    STEPS = 1000000, /* most, of the session */
    PATIENCE = 60,   /* seconds for a child */
    JOBS_MAX = 64,
    FAILURES_MAX = 5, /* of a worker */
};

static const char *const names[WAYS] = { "up", "down" };

typedef struct options {
    unsigned long first, every;
    unsigned jobs;
    long only[WAYS]; /* that cut, or -1 */
    bool trace, sasl2;
} options;

/* Of one way. */
typedef struct row {
    unsigned long bytes, cuts, lost, duplicated, unknown, resumes, binds;
} row;

/* What a worker, and its child, write into memory that is shared. */
typedef struct books {
    tally child;
    row rows[WAYS];
    unsigned long passed, failed;
} books;

typedef struct worker {
    const char *program;
    const options *options;
    unsigned number;
    books *books;
    world world;
    tally whole;        /* of the session without a cut */
    unsigned long cuts; /* of all workers */
} worker;

/* ---- a cut ---- */

/* Where it is: the bytes that have passed, for the ways that moved. */
typedef struct place {
    bool moved[WAYS];
    unsigned long at[WAYS];
} place;

static void print_failure(const worker *k, const place *p, const char *why)
{
    int i = p->moved[UP] ? UP : DOWN;

    printf("not ok cut after %lu bytes up, %lu down: %s (again: %s%s --%s %lu"
           " --trace)\n",
           p->at[UP], p->at[DOWN], why, k->program,
           k->options->sasl2 ? " --sasl2" : "", names[i], p->at[i]);
    fflush(stdout);
}

static int child_run(worker *k, const place *p)
{
    world *w = &k->world;

    alarm(PATIENCE);
    k->books->child = (tally){ 0 };
    w->totals = &k->books->child;
    w->trace = k->options->trace;
    world_trace(w, "(cut after %lu bytes up, %lu down)", p->at[UP],
                p->at[DOWN]);
    if (dialogue_survives(w, p->at[UP] * 1000003 + p->at[DOWN])) {
        return 0;
    }
    print_failure(k, p, w->why);
    return 1;
}

static void count_child(worker *k, const place *p, bool survived)
{
    const tally *t = &k->books->child;

    for (int i = 0; i < WAYS; i++) {
        row *r = &k->books->rows[i];

        if (p->moved[i]) {
            r->cuts++;
            r->lost += t->lost;
            r->duplicated += t->duplicated;
            r->unknown += t->unknown;
            r->resumes += t->resumes;
            r->binds += t->binds;
        }
    }
    k->books->passed += survived;
    k->books->failed += !survived;
}

static void cut_here(worker *k, const place *p)
{
    int status = 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        status = child_run(k, p);
        fflush(stdout);
        _exit(status);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("fork");
        exit(2);
    }
    count_child(k, p, status == 0);
    if (status != 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 1)) {
        char why[40];

        snprintf(why, sizeof(why), "status %#x", (unsigned)status);
        print_failure(k, p, why);
    }
}

/* ---- the session, byte by byte ---- */

/* All that may pass has been read; of half an element the server reads
 * nothing, and then it is there. */
static bool has_moved(line *l, int which, lq_time now)
{
    way *w = which == UP ? &l->up : &l->down;

    return w->passed + (which == UP ? way_ready(w, now) : 0) == w->most;
}

static bool is_wanted(const options *o, const place *p)
{
    bool only = o->only[UP] >= 0 || o->only[DOWN] >= 0;

    for (int i = 0; i < WAYS; i++) {
        unsigned long at = p->at[i];

        if (p->moved[i] &&
            (only ? (long)at == o->only[i]
                  : at < o->first || (at - o->first) % o->every == 0)) {
            return true;
        }
    }
    return false;
}

/* Cut here, if a byte has passed, and let the next ones through. */
static void advance(worker *k)
{
    line *l = k->world.client.line;
    place p = { .at = { l->up.most, l->down.most } };

    for (int i = 0; i < WAYS; i++) {
        p.moved[i] = has_moved(l, i, k->world.now);
        k->books->rows[i].bytes = p.at[i];
    }
    if (is_wanted(k->options, &p) &&
        k->cuts++ % k->options->jobs == k->number) {
        cut_here(k, &p);
    }
    l->up.most += p.moved[UP];
    l->down.most += p.moved[DOWN];
}

static void play(worker *k)
{
    world *w = &k->world;
    const line *seen = NULL;

    for (int i = 0; i < STEPS && !w->failed && !dialogue_is_over(w) &&
                    k->books->failed < FAILURES_MAX;
         i++) {
        line *l = w->client.line;

        if (l != NULL && l != seen) {
            l->up.most = l->down.most = 0;
            seen = l;
        }
        if (l != NULL) {
            advance(k);
        }
        dialogue_step(w);
    }
}

static void work(worker *k)
{
    world *w = &k->world;

    dialogue_begin(w, &k->whole, k->options->sasl2);
    play(k);
    if (!w->failed && k->books->failed == 0 && !dialogue_is_over(w)) {
        world_fail(w, "it does not end");
    }
    world_end(w);
    if (w->failed) {
        printf("not ok the session without a cut: %s\n", w->why);
        k->books->failed++;
    }
}

/* ---- workers ---- */

static books *books_new(unsigned count)
{
    void *memory = mmap(NULL, count * sizeof(books), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return memory;
}

static void hire(worker *k)
{
    pid_t pid = fork();

    if (pid == 0) {
        work(k);
        exit(0);
    }
    if (pid < 0) {
        perror("fork");
        exit(2);
    }
}

/* Add OTHER to B. */
static void books_add(books *b, const books *other)
{
    for (int i = 0; i < WAYS; i++) {
        const row *from = &other->rows[i];
        row *to = &b->rows[i];

        to->bytes = from->bytes > to->bytes ? from->bytes : to->bytes;
        to->cuts += from->cuts;
        to->lost += from->lost;
        to->duplicated += from->duplicated;
        to->unknown += from->unknown;
        to->resumes += from->resumes;
        to->binds += from->binds;
    }
    b->passed += other->passed;
    b->failed += other->failed;
}

static books run(const char *program, const options *o)
{
    books *each = books_new(o->jobs), all = { 0 };
    int status;

    for (unsigned i = 0; i < o->jobs; i++) {
        hire(&(worker){
            .program = program, .options = o, .number = i, .books = &each[i] });
    }
    for (unsigned i = 0; i < o->jobs; i++) {
        if (wait(&status) < 0 || status != 0) {
            printf("not ok a worker: status %#x\n", (unsigned)status);
            all.failed++;
        }
    }
    for (unsigned i = 0; i < o->jobs; i++) {
        books_add(&all, &each[i]);
    }
    return all;
}

static void report(const books *b)
{
    printf("    %-24s %8s %8s %8s %11s %6s %10s\n", "scripted peer", "bytes",
           "cuts", "resumes", "fresh binds", "lost", "duplicated");
    for (int i = 0; i < WAYS; i++) {
        const row *r = &b->rows[i];

        printf("    %-24s %8lu %8lu %8lu %11lu %6lu %10lu\n",
               i == UP ? "to the server (up)" : "to the client (down)",
               r->bytes, r->cuts, r->resumes, r->binds, r->lost, r->duplicated);
    }
    if (b->passed == 0 && b->failed == 0) {
        printf("not ok cut: the session has no such byte\n");
    } else if (b->passed > 0) {
        printf("ok %d messages each way, cut: %lu checks\n", DIALOGUE_MESSAGES,
               b->passed);
    }
}

/* ---- the command ---- */

static int usage(void)
{
    fprintf(stderr, "usage: scripted [--sasl2] [--first N] [--every M | --all]"
                    " [--jobs J]\n"
                    "       scripted [--sasl2] --up N | --down N [--trace]\n");
    return 2;
}

static bool options_take(options *o, const char *name, const char *value)
{
    char *end;
    long number = strtol(value, &end, 10);

    if (*end != '\0' || end == value || number < 0) {
        return false;
    }
    if (strcmp(name, "--first") == 0) {
        o->first = (unsigned long)number;
    } else if (strcmp(name, "--every") == 0) {
        o->every = (unsigned long)number;
    } else if (strcmp(name, "--jobs") == 0) {
        o->jobs = (unsigned)number;
    } else if (strcmp(name, "--up") == 0) {
        o->only[UP] = number;
    } else if (strcmp(name, "--down") == 0) {
        o->only[DOWN] = number;
    } else {
        return false;
    }
    return true;
}

static bool options_read(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            o->trace = true;
        } else if (strcmp(argv[i], "--sasl2") == 0) {
            o->sasl2 = true;
        } else if (strcmp(argv[i], "--all") == 0) {
            o->every = 1;
        } else if (i + 1 >= argc || !options_take(o, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    return o->every > 0 && o->jobs > 0 && o->jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
    options o = { .first = 20480, .every = 17, .jobs = 2, .only = { -1, -1 } };
    books all;

    if (!options_read(&o, argc, argv)) {
        return usage();
    }
    all = run(argv[0], &o);
    report(&all);
    return all.failed > 0 || all.passed == 0;
}
