/* world.c - a run: steps of chance, then rest, then the end. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "heap.h"

enum {
    REST_MS = 3600 * 1000, /* within which all must have come to rest */
    REST_STEPS = 200000,
    PAUSE_MS = 400000,
};

void world_fail(world *w, const char *format, ...)
{
    va_list args;

    if (w->failed) {
        return;
    }
    w->failed = true;
    va_start(args, format);
    vsnprintf(w->why, sizeof(w->why), format, args);
    va_end(args);
    world_trace(w, "FAILED: %s", w->why);
}

void world_trace(const world *w, const char *format, ...)
{
    va_list args;

    if (w->trace) {
        printf("%9.3f ", (double)w->now / 1000);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
    }
}

/* ---- what befalls the network ---- */

static void befall_line(world *w, line *l)
{
    const climate *c = &w->climate;

    if (!l->cut && draw_chance(c->cuts)) {
        world_trace(w, "(cut)");
        w->totals->cuts++;
        line_cut(l, w->now);
    }
    if (draw_chance(c->holds)) {
        l->up.held = w->now + draw_between(0, 3000);
    }
    if (draw_chance(c->holds)) {
        l->down.held = w->now + draw_between(0, 3000);
    }
}

static void befall(world *w)
{
    const climate *c = &w->climate;

    if (w->client.line != NULL) {
        befall_line(w, w->client.line);
    }
    if (draw_chance(c->restarts)) {
        server_restart(w, draw_chance(c->amnesia));
    }
    if (draw_chance(c->closes)) {
        server_close(w);
    }
}

static void sweep(world *w)
{
    line **at = &w->lines;

    while (*at != NULL) {
        line *l = *at;

        if (l->client_gone && l->server_gone) {
            *at = l->next;
            line_free(l);
        } else {
            at = &l->next;
        }
    }
}

void world_step(world *w)
{
    w->totals->steps++;
    server_step(w);
    client_drive(w);
    client_step(w);
    client_drive(w);
    client_check(w);
    sweep(w);
}

static void pass(world *w)
{
    const climate *c = &w->climate;

    w->now += draw_chance(c->pauses) ? draw_between(0, PAUSE_MS)
                                     : draw_between(0, c->pace);
}

/* ---- coming to rest ---- */

static void earlier(lq_time *next, lq_time when)
{
    if (when != LQ_NEVER && when < *next) {
        *next = when;
    }
}

/* To whatever happens next, or on by a second. */
static void pass_on(world *w)
{
    lq_time next = w->now + 1000;

    earlier(&next, client_next(w));
    earlier(&next, server_next(w));
    for (const line *l = w->lines; l != NULL; l = l->next) {
        earlier(&next, way_next(&l->up));
        earlier(&next, way_next(&l->down));
    }
    w->now = next > w->now ? next : w->now + 1;
}

static bool rests(const world *w)
{
    return w->client.online && client_rests(w) && server_unrest(w) == NULL;
}

/* A server that manages no streams shows by replies how far it has read. */
static void nudge(world *w)
{
    bool flows = w->client.online && !w->client.full && !w->client.stopping;

    if (flows && w->book.open > 0 && draw_chance(500)) {
        w->climate.requests = 10000;
        client_send(w);
        w->climate.requests = 0;
    }
}

void world_rest(world *w)
{
    lq_time end = w->now + REST_MS;
    int steps = 0;

    world_trace(w, "(the network heals)");
    w->healed = true;
    climate_heal(&w->climate);
    heap_starve(0);
    if (w->liar) {
        server_restart(w, true); /* and from now on it means what it says */
    }
    for (line *l = w->lines; l != NULL; l = l->next) {
        line_heal(l, w->now);
    }
    while (!w->failed && !rests(w) && w->now < end && steps++ < REST_STEPS) {
        pass_on(w);
        world_step(w);
        nudge(w);
    }
    if (!w->failed && !rests(w)) {
        world_fail(w,
                   "it does not come to rest: online %d, %zu ids open, one is "
                   "%d, %s",
                   w->client.online, w->book.open, (int)book_open_id(w),
                   server_unrest(w) == NULL ? "" : server_unrest(w));
    }
    if (!w->failed) {
        book_close(w);
    }
}

static void leave(world *w)
{
    lq_time end = w->now + 60000;

    client_stop(w);
    while (!w->failed && !w->client.closed && w->now < end) {
        pass_on(w);
        server_step(w);
        client_drive(w);
        client_take_events(w);
    }
    if (!w->failed && !w->client.closed) {
        world_fail(w, "it does not close");
    }
}

/* ---- a run ---- */

void world_end(world *w)
{
    client_end(w);
    while (w->lines != NULL) {
        line *next = w->lines->next;

        free(w->lines->talk);
        line_free(w->lines);
        w->lines = next;
    }
    server_clear(&w->server);
    book_clear(&w->book);
}

bool world_play(uint64_t seed, unsigned long steps, bool trace, tally *totals)
{
    world w = { .seed = seed, .now = 1000, .totals = totals, .trace = trace };
    bool well, stops_short = false;
    const unsigned long asked = steps;

    draw_seed(seed);
    w.liar = seed % 4 == 3;
    w.starved = seed % 8 == 5;
    w.mortal = seed % 4 == 2;
    climate_draw(&w.climate, w.liar, w.starved, w.mortal);
    w.keeps = w.mortal || draw_chance(5000);
    if (trace) {
        climate_print(&w.climate);
    }
    book_init(&w.book);
    vault_init(&w.client.vault);
    client_begin(&w);
    heap_starve(w.climate.hunger);
    if (draw_chance(1000)) {
        steps = draw_below(steps + 1);
        stops_short = true; /* freed amid everything */
    }
    for (unsigned long i = 0; i < steps && !w.failed; i++) {
        pass(&w);
        befall(&w);
        world_step(&w);
    }
    if (!w.failed && !stops_short) {
        world_rest(&w);
    }
    if (!w.failed && !stops_short && draw_chance(8000)) {
        leave(&w); /* else it is freed as it stands */
    }
    heap_starve(0);
    world_end(&w);
    totals->seeds++;
    totals->failed += w.failed;
    well = !w.failed;
    if (w.failed) {
        printf("not ok seed %llu: %s (again: %s --seed %llu --steps %lu"
               " --trace)\n",
               (unsigned long long)seed, w.why, totals->program,
               (unsigned long long)seed, asked);
    }
    return well;
}
