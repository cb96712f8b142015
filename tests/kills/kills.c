/* kills.c - a program is killed a hundred times, and nothing is lost.
 *
 *     kills HOST TLS-PORT CAFILE STORE SEED TIMES
 *
 * A child (child.c) and we write numbers to each other.  It is killed at random
 * moments and goes on from its store; our stream stays.  At last it is let
 * finish, and both books are compared: what it sent must have come here once
 * each and in order; what was sent to it must be in its store, and whatever is
 * there twice must have the serial of the first.  (In which order a server
 * delivers around a resumption is its own affair.)
 *
 * Prints a table and a line of the checks; ends with 0 if all held. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "store.h"

enum {
    PAUSE = 8,        /* ms between two messages */
    SHORTEST = 20,    /* ms that the child lives */
    LONGEST = 400,    /* ... at the most */
    SETTLED = 5,      /* messages of the child until the first kill */
    PATIENCE = 30000, /* ms for that, and for the end */
    LEAST = 100,      /* messages each way, or it shows nothing */
};

#define CHILD CHILD_USER "@" PLACE_DOMAIN "/" CHILD_RESOURCE

typedef struct count {
    int64_t sent, missing, doubled, disordered, repeated;
} count;

typedef struct parent {
    char **argv;
    place place;
    lq_context *context;
    lq_net *net;
    lq_stream *stream;
    uint64_t seed;
    lq_time next;
    bool sends;
    int64_t sent, fates, unacked, strange; /* of ours */
    int64_t heard, past;                   /* the greatest; out of order */
    unsigned char *times;                  /* that each number came */
    size_t room;
} parent;

/* xorshift64* */
static uint64_t draw(parent *p)
{
    p->seed ^= p->seed >> 12;
    p->seed ^= p->seed << 25;
    p->seed ^= p->seed >> 27;
    return p->seed * 2685821657736338717u;
}

/* ---- our stream ---- */

static void hear(parent *p, int64_t number)
{
    if (number <= 0 || number > 1000000) {
        p->strange++;
        return;
    }
    while ((size_t)number >= p->room) {
        p->times = realloc(p->times, p->room + 4096);
        if (p->times == NULL) {
            abort();
        }
        memset(p->times + p->room, 0, 4096);
        p->room += 4096;
    }
    p->past += p->times[number] == 0 && number < p->heard;
    p->times[number] += p->times[number] < 255;
    p->heard = number > p->heard ? number : p->heard;
}

static void take(parent *p, const lq_event *event)
{
    if (event->type == LQ_EVENT_MESSAGE) {
        hear(p, place_number(event->stanza));
    } else if (event->type == LQ_EVENT_DELIVERY) {
        p->fates++;
        p->unacked += lq_event_delivery(event) != LQ_DELIVERY_ACKED;
    }
}

static void turn(parent *p)
{
    const lq_event *event;

    lq_net_dispatch(p->net, PAUSE);
    while (lq_net_next(p->net) != NULL) {
        while ((event = lq_stream_event(p->stream)) != NULL) {
            take(p, event);
        }
    }
    if (p->sends && lq_net_now(p->net) >= p->next &&
        place_send(p->stream, CHILD, p->sent + 1) > 0) {
        p->sent++;
        p->next = lq_net_now(p->net) + PAUSE;
    }
    lq_net_dispatch(p->net, 0);
}

static void pass(parent *p, lq_time ms)
{
    lq_time until = lq_net_now(p->net) + ms;

    while (lq_net_now(p->net) < until) {
        turn(p);
    }
}

static void parent_begin(parent *p, char **argv)
{
    lq_config *config;

    *p = (parent){ .argv = argv,
                   .place = { argv[1], argv[2], argv[3] },
                   .seed = strtoull(argv[5], NULL, 10) * 2 + 1 };
    config = place_config(&p->place, CHILD_PEER, PEER_RESOURCE);
    p->context = lq_context_new();
    p->net = lq_net_new(p->context);
    p->stream = lq_stream_new(p->context, config);
    lq_config_free(config);
    if (lq_net_add(p->net, p->stream) < 0 ||
        lq_stream_start(p->stream, lq_net_now(p->net)) < 0) {
        abort();
    }
}

static void parent_end(parent *p)
{
    lq_net_free(p->net);
    lq_stream_free(p->stream);
    lq_context_free(p->context);
    free(p->times);
}

/* ---- the child ---- */

static pid_t bear(const parent *p, const char *how)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/proc/self/exe", p->argv[0], p->argv[1], p->argv[2], p->argv[3],
              p->argv[4], how, (char *)NULL);
        _exit(127);
    }
    if (pid < 0) {
        abort();
    }
    return pid;
}

/* Wait for the first messages of the first child, so that there is a session
 * to be resumed. */
static bool settle(parent *p)
{
    lq_time until = lq_net_now(p->net) + PATIENCE;

    while (p->heard < SETTLED && lq_net_now(p->net) < until) {
        turn(p);
    }
    p->sends = true;
    return p->heard >= SETTLED;
}

/* Whether it was alive when it was killed. */
static bool kill_child(pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGKILL;
}

/* Let the last child take what there is, and end. */
static bool finish(parent *p)
{
    lq_time until = lq_net_now(p->net) + PATIENCE;
    pid_t pid = bear(p, "last");
    int status;

    p->sends = false;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        turn(p);
        if (lq_net_now(p->net) > until) {
            kill_child(pid);
            return false;
        }
    }
    pass(p, 500);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the books ---- */

static count count_from_child(const parent *p, const store *s)
{
    count c = { .sent = s->sent, .disordered = p->past };

    for (int64_t n = 1; n <= s->sent || n <= p->heard; n++) {
        int times = (size_t)n < p->room ? p->times[n] : 0;

        c.missing += n <= s->sent && times == 0;
        c.doubled += times > 1;
        c.doubled += n > s->sent; /* its number was not stored: sent anew */
    }
    return c;
}

static int by_serial(const void *a, const void *b)
{
    const store_entry *one = a, *other = b;

    return (one->serial > other->serial) - (one->serial < other->serial);
}

/* Entries of one serial count once; they must have one number. */
static count count_to_child(const parent *p, store *s)
{
    unsigned char *times = calloc((size_t)p->sent + 1, 1);
    count c = { .sent = p->sent };
    int64_t last = 0;

    if (times == NULL) {
        abort();
    }
    qsort(s->entries, s->count, sizeof(*s->entries), by_serial);
    for (size_t i = 0; i < s->count; i++) {
        const store_entry *e = &s->entries[i];

        if (i > 0 && e->serial == e[-1].serial) {
            c.repeated++;
            c.doubled += e->number != e[-1].number;
        } else if (e->number > 0 && e->number <= p->sent) {
            c.doubled += times[e->number]++ > 0;
            c.disordered += e->number < last;
            last = e->number > last ? e->number : last;
        }
    }
    for (int64_t n = 1; n <= p->sent; n++) {
        c.missing += times[n] == 0;
    }
    free(times);
    return c;
}

static int64_t strange(const parent *p, const store *s)
{
    int64_t found = p->strange;

    for (size_t i = 0; i < s->count; i++) {
        found += s->entries[i].number <= 0 || s->entries[i].number > p->sent;
    }
    return found;
}

static int checks, failed;

static void claim(const char *name, bool holds)
{
    checks++;
    if (!holds) {
        failed++;
        printf("not ok %s\n", name);
    }
}

static void judge(const char *way, const count *c)
{
    char name[128];

    printf("    %-14s %8" PRId64 " %8" PRId64 " %8" PRId64 " %11" PRId64
           " %9" PRId64 "\n",
           way, c->sent, c->missing, c->doubled, c->disordered, c->repeated);
    snprintf(name, sizeof(name), "%s: enough was sent", way);
    claim(name, c->sent >= LEAST);
    snprintf(name, sizeof(name), "%s: nothing is missing", way);
    claim(name, c->missing == 0);
    snprintf(name, sizeof(name), "%s: nothing came twice", way);
    claim(name, c->doubled == 0);
}

static void compare(const parent *p, const char *path)
{
    count from, to;
    store s;

    claim("the store can be read", store_open(&s, path));
    from = count_from_child(p, &s);
    to = count_to_child(p, &s);
    printf("    %zu frames in the store\n", s.frames);
    printf("    %-14s %8s %8s %8s %11s %9s\n", "way", "sent", "missing",
           "doubled", "disordered", "repeated");
    judge("from the child", &from);
    judge("to the child", &to);
    claim("what comes from the child comes in order", from.disordered == 0);
    claim("what was written down unsaved comes again", to.repeated > 0);
    claim("nothing else came", strange(p, &s) == 0);
    claim("each of ours ended in one DELIVERY", p->fates == p->sent);
    claim("all of ours was acknowledged", p->unacked == 0);
    claim("all of the child's was acknowledged", s.undelivered == 0);
    store_close(&s);
}

static int parent_run(char **argv)
{
    int times = atoi(argv[6]), killed = 0;
    parent p;
    pid_t pid;

    parent_begin(&p, argv);
    pid = bear(&p, "once");
    if (!settle(&p)) {
        claim("the child gets in", false);
    }
    for (int i = 0; i < times && failed == 0; i++) {
        pass(&p, SHORTEST + (lq_time)(draw(&p) % (LONGEST - SHORTEST + 1)));
        killed += kill_child(pid);
        pid = bear(&p, "once");
    }
    kill_child(pid);
    if (failed == 0) {
        claim("the child lived until it was killed", killed == times);
        claim("the last child ends by itself", finish(&p));
        printf("    seed %s, %d kills\n", argv[5], killed);
        compare(&p, argv[4]);
    }
    parent_end(&p);
    if (failed == 0) {
        printf("ok lost 0, doubled 0: %d checks\n", checks);
    }
    return failed == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 6) {
        place where = { argv[1], argv[2], argv[3] };

        return child_run(&where, argv[4], strcmp(argv[5], "last") == 0);
    }
    if (argc != 7) {
        fprintf(stderr, "usage: kills HOST TLS-PORT CAFILE STORE SEED TIMES\n");
        return 2;
    }
    return parent_run(argv);
}
