/* line.c - see line.h. */
#include "line.h"

#include <stdlib.h>
#include <string.h>

#include "draw.h"

line *line_new(void)
{
    line *l = calloc(1, sizeof(*l));

    l->client_notices = l->server_notices = LQ_NEVER;
    l->up.most = l->down.most = UINT64_MAX;
    return l;
}

static void way_clear(way *w)
{
    free(w->bytes);
    free(w->pieces);
}

void line_free(line *l)
{
    way_clear(&l->up);
    way_clear(&l->down);
    free(l);
}

/* ---- bytes ---- */

static void way_append(way *w, const char *bytes, size_t len)
{
    if (w->start > 0 && w->start + w->len + len + 1 > w->size) {
        memmove(w->bytes, w->bytes + w->start, w->len + 1);
        w->start = 0;
    }
    if (w->len + len + 1 > w->size) {
        w->size = 2 * (w->len + len + 1);
        w->bytes = realloc(w->bytes, w->size);
    }
    memcpy(w->bytes + w->start + w->len, bytes, len);
    w->len += len;
    w->bytes[w->start + w->len] = '\0';
}

static void way_piece(way *w, lq_time at, size_t len)
{
    if (w->first > 0 && w->first + w->count == w->room) {
        memmove(w->pieces, w->pieces + w->first, w->count * sizeof(piece));
        w->first = 0;
    }
    if (w->count == w->room) {
        w->room = w->room == 0 ? 16 : 2 * w->room;
        w->pieces = realloc(w->pieces, w->room * sizeof(piece));
    }
    w->pieces[w->first + w->count++] = (piece){ at, len };
}

void way_write(way *w, lq_time now, const climate *c, const char *bytes,
               size_t len)
{
    way_append(w, bytes, len);
    while (len > 0 && !w->dead) {
        size_t part = draw_chance(3000) ? 1 + draw_below(len) : len;
        lq_time at = now + draw_between(0, c->latency);

        w->last = at > w->last ? at : w->last;
        way_piece(w, w->last, part);
        len -= part;
    }
}

size_t way_ready(way *w, lq_time now)
{
    while (w->count > 0 && w->pieces[w->first].at <= now && w->held <= now) {
        w->arrived += w->pieces[w->first].len;
        w->first++;
        w->count--;
    }
    return w->arrived < w->most - w->passed ? w->arrived
                                            : (size_t)(w->most - w->passed);
}

size_t way_pending(const way *w) { return w->len - w->arrived; }

const char *way_bytes(const way *w)
{
    return w->len == 0 ? "" : w->bytes + w->start;
}

void way_take(way *w, size_t len)
{
    w->start += len;
    w->len -= len;
    w->arrived -= len;
    w->passed += len;
}

lq_time way_next(const way *w)
{
    lq_time at;

    if (w->count == 0) {
        return LQ_NEVER;
    }
    at = w->pieces[w->first].at;
    return at > w->held ? at : w->held;
}

/* ---- cuts ---- */

static void way_cut(way *w, size_t arrived)
{
    w->dead = true;
    w->count = w->first = 0;
    w->arrived = arrived;
    w->most = UINT64_MAX;
}

static size_t some_of(const way *w)
{
    return w->len == 0 ? 0 : draw_below(w->len + 1);
}

/* Mostly both ends notice at once; sometimes one does not for long. */
static lq_time notice(lq_time now)
{
    return now + (draw_chance(7500)   ? draw_between(0, 50)
                  : draw_chance(5000) ? draw_between(0, 5000)
                                      : draw_between(0, 600000));
}

void line_cut(line *l, lq_time now)
{
    if (!l->cut) {
        l->cut = true;
        way_cut(&l->up, some_of(&l->up));
        way_cut(&l->down, some_of(&l->down));
        l->client_notices = notice(now);
        l->server_notices = notice(now);
    }
}

void line_cut_here(line *l, lq_time now, bool late)
{
    l->cut = true;
    way_cut(&l->up, way_ready(&l->up, now));
    way_cut(&l->down, way_ready(&l->down, now));
    l->client_notices = now + draw_between(0, 50);
    l->server_notices = now + (late ? 5000 : draw_between(0, 50));
}

void line_heal(line *l, lq_time now)
{
    l->up.held = l->down.held = 0;
    if (l->cut) {
        l->client_notices =
            l->client_notices < now + 1000 ? l->client_notices : now + 1000;
        l->server_notices =
            l->server_notices < now + 1000 ? l->server_notices : now + 1000;
    }
}
