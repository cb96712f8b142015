/* growth.c - what does an operation cost when there is much of everything?
 *
 *     growth OPERATION N STEPS
 *
 * It prints nothing: callgrind counts what STEPS operations cost.  The first
 * one is done once before, uncounted, for what is only done once. */
#define _GNU_SOURCE
#include "growth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

enum { READ = 4096 };

static const operation *const lists[] = { among, received, sent };

/* ---- what operations share ---- */

size_t trial_pick(const trial *t) { return t->step * 7919 % t->n; }

void trial_text(trial *t, size_t size)
{
    free(t->text);
    t->text = bench_alloc(size);
    t->len = 0;
}

static void count(const lq_event *event, void *argument)
{
    trial *t = argument;

    (void)event;
    t->events++;
}

void trial_receive(trial *t, lq_stream *stream, size_t events)
{
    t->events = 0;
    for (size_t at = 0; at < t->len; at += READ) {
        desk_receive_for(&t->desk, stream, t->text + at,
                         t->len - at < READ ? t->len - at : READ, count, t);
    }
    if (t->events != events) {
        bench_die("there were %zu events, not %zu", t->events, events);
    }
}

void trial_hear_id(trial *t, char id[23])
{
    size_t len;
    const char *output = lq_stream_output(t->stream, &len);
    const char *iq = NULL, *found = NULL;

    for (const char *at = output; at != NULL; at++) {
        at = memmem(at, len - (size_t)(at - output), "<iq", 3);
        if (at == NULL) {
            break;
        }
        iq = at;
    }
    if (iq != NULL) {
        found = memmem(iq, len - (size_t)(iq - output), " id='", 5);
    }
    if (found == NULL) {
        bench_die("no request was made");
    }
    snprintf(id, 23, "%s", found + 5);
    desk_drop_output(&t->desk, t->stream);
}

/* ---- a trial ---- */

static void call(void (*hook)(trial *t), trial *t)
{
    if (hook != NULL) {
        hook(t);
    }
}

static void run(const operation *o, size_t n, size_t steps)
{
    trial t = { .n = n };

    desk_init(&t.desk);
    call(o->configure, &t);
    t.stream = desk_stream(&t.desk);
    call(o->attach, &t);
    desk_login(&t.desk, t.stream);
    call(o->prepare, &t);
    t.step = 0;
    call(o->arrange, &t);
    o->work(&t);
    for (t.step = 1; t.step <= steps; t.step++) {
        call(o->arrange, &t);
        if (t.step == 1) { /* valgrind has a quicker way until then */
            CALLGRIND_START_INSTRUMENTATION;
        }
        bench_pass(o->work, &t);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    call(o->end, &t);
    lq_stream_free(t.stream);
    desk_clear(&t.desk);
    free(t.text);
    free(t.own);
}

static int usage(void)
{
    fprintf(stderr, "usage: growth OPERATION N STEPS\n");
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const operation *o = lists[i]; o->name != NULL; o++) {
            fprintf(stderr, "    %-16s %s\n", o->name, o->about);
        }
    }
    return 2;
}

int main(int argc, char **argv)
{
    size_t n = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    size_t steps = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

    if (n < 1 || steps < 1) {
        return usage();
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        for (const operation *o = lists[i]; o->name != NULL; o++) {
            if (strcmp(o->name, argv[1]) == 0) {
                run(o, n, steps);
                return 0;
            }
        }
    }
    return usage();
}
