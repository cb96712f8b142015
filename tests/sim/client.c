/* client.c - the driver: a loop around the stream as the manual has it. */
#include "client.h"

#include <stdlib.h>

#include "draw.h"
#include "heap.h"
#include "world.h"

enum {
    HEAP_MAX = 4 << 20,
    ID_MAX = 5000, /* for what has not ended */
    ROOM_MAX = 256 * 1024,
    SPINS_MAX = 2000, /* ticks without time passing */
};

void client_begin(world *w)
{
    const climate *c = &w->climate;
    const vault *kept = &w->client.vault;
    lq_config *config = lq_config_new("romeo@example.net");

    lq_config_set_password(config, "Wherefore");
    lq_config_set_timeout(config, LQ_TIMEOUT_REQUEST, c->request_timeout);
    lq_config_set_timeout(config, LQ_TIMEOUT_QUESTION, c->question_timeout);
    lq_config_set_timeout(config, LQ_TIMEOUT_IDLE, c->idle);
    lq_config_set_timeout(config, LQ_TIMEOUT_PING, c->ping);
    lq_config_set_reconnect(config, c->reconnect_first, c->reconnect_last);
    lq_config_set_durable(config, w->mortal);
    if (w->keeps && lq_config_set_saved(config, LQ_SAVED_SESSION, kept->bytes,
                                        kept->len) != LQ_OK) {
        world_fail(w, "what was stored is refused");
    }
    w->client.context = lq_context_new();
    lq_context_set_wallclock(w->client.context, INT64_C(1900000000000) + w->now,
                             w->now);
    w->client.stream = lq_stream_new(w->client.context, config);
    w->client.holds = -1;
    w->client.connects = w->client.closing_since = LQ_NEVER;
    lq_config_free(config);
    if (lq_stream_claim(w->client.stream, LQ_IQ, LQ_ANY, "ask", "urn:sim",
                        NULL) < 0 ||
        lq_stream_start(w->client.stream, w->now) != LQ_OK) {
        world_fail(w, "the stream does not start");
    }
}

/* ---- the transport ---- */

static void part(world *w, int error)
{
    client *c = &w->client;
    line *l = c->line;

    world_trace(w, "(the client's transport is gone)");
    if (lq_stream_state(c->stream) == LQ_STATE_ONLINE ||
        lq_stream_state(c->stream) == LQ_STATE_CLOSING) {
        book_parted(w);
        if (!l->resumable || l->down.passed < l->enabled_at) {
            book_excuse(w, true);
        }
    }
    if (lq_stream_disconnected(c->stream, w->now, error) != LQ_OK) {
        world_fail(w, "disconnected() is refused");
    }
    l->client_left = l->client_gone = true;
    c->line = NULL;
    c->closing_since = LQ_NEVER;
}

static void open_line(world *w)
{
    client *c = &w->client;
    line *l = line_new();

    l->next = w->lines;
    w->lines = l;
    c->line = l;
    world_trace(w, "(connected)");
    server_accept(w, l);
    if (lq_stream_connected(c->stream, w->now, LQ_TRANSPORT_SECURE) != LQ_OK) {
        world_fail(w, "connected() is refused");
    }
}

static void drive_connect(world *w)
{
    client *c = &w->client;
    bool elsewhere = lq_stream_target_host(c->stream) != NULL;

    if (c->line != NULL) {
        world_fail(w, "a second transport is wished for");
    } else if (c->connects == LQ_NEVER) {
        c->connects = w->now + draw_between(0, w->climate.latency);
    } else if (c->connects <= w->now) {
        c->connects = LQ_NEVER;
        if (draw_chance(w->climate.refusals) ||
            (elsewhere && draw_chance(3000))) {
            world_trace(w, "(unreachable)");
            lq_stream_unreachable(c->stream, w->now, "refused");
        } else {
            open_line(w);
        }
    }
}

/* Write what the way holds. */
static bool drive_write(world *w)
{
    client *c = &w->client;
    way *up = &c->line->up;
    const void *bytes;
    size_t len;

    while (way_pending(up) < w->climate.window &&
           (bytes = lq_stream_output(c->stream, &len)) != NULL) {
        size_t room = w->climate.window - way_pending(up);

        len = len < room ? len : room;
        len = len > 1 && draw_chance(1000) ? 1 + draw_below(len) : len;
        way_write(up, w->now, &w->climate, bytes, len);
        if (lq_stream_sent(c->stream, w->now, len) != LQ_OK) {
            world_fail(w, "sent() is refused");
            return true;
        }
    }
    lq_stream_output(c->stream, &len);
    return len == 0;
}

static void drive_read(world *w)
{
    client *c = &w->client;
    way *down = &c->line->down;
    size_t ready = way_ready(down, w->now);
    int rounds = 400;

    while (ready > 0 && rounds-- > 0 && lq_stream_can_recv(c->stream)) {
        size_t most = w->climate.piece == 0 ? ready : w->climate.piece;
        size_t len = ready < most ? ready : most;
        int taken = lq_stream_recv(c->stream, w->now, way_bytes(down), len);

        if (taken < 0 && !lq_error_is_fatal(taken)) {
            world_fail(w, "recv() is %s", lq_error_name(taken));
        }
        taken = taken < 0 ? (int)len : taken;
        way_take(down, (size_t)taken);
        ready -= (size_t)taken;
        if (taken == 0) {
            return;
        }
    }
}

/* The transport tells its end when there is nothing more to read. */
static bool drive_noticed(world *w)
{
    line *l = w->client.line;
    bool wants = lq_stream_can_recv(w->client.stream);

    if (l->cut) {
        return l->client_notices <= w->now &&
               (way_ready(&l->down, w->now) == 0 || !wants);
    }
    return (l->server_left || l->server_gone) && l->down.count == 0 &&
           (way_ready(&l->down, w->now) == 0 || !wants);
}

static void drive_line(world *w)
{
    client *c = &w->client;
    bool empty = drive_write(w);

    drive_read(w);
    empty = drive_write(w) && empty;
    if (drive_noticed(w)) {
        part(w, draw_chance(5000) ? LQ_E_NET : LQ_OK);
    } else if (lq_stream_wish(c->stream) == LQ_WISH_CLOSE) {
        c->closing_since =
            c->closing_since == LQ_NEVER ? w->now : c->closing_since;
        if (empty || w->now - c->closing_since >= 1000) {
            part(w, LQ_OK);
        }
    }
}

/* ---- time ---- */

static void drive_tick(world *w)
{
    client *c = &w->client;
    lq_time due = lq_stream_deadline(c->stream);

    if (due != LQ_NEVER && due <= w->now) {
        lq_stream_tick(c->stream, w->now);
        due = lq_stream_deadline(c->stream);
        if (due != LQ_NEVER && due < w->now) {
            world_fail(w, "after a tick the deadline is %d ms ago",
                       (int)(w->now - due));
        }
        c->spins = c->spun == w->now ? c->spins + 1 : 0;
        c->spun = w->now;
        if (c->spins > SPINS_MAX) {
            world_fail(w, "ticks do not end");
        }
    }
}

void client_drive(world *w)
{
    client *c = &w->client;

    drive_tick(w);
    if (c->line == NULL && lq_stream_wish(c->stream) == LQ_WISH_CONNECT) {
        drive_connect(w);
    }
    if (c->line != NULL) {
        drive_line(w);
    }
}

lq_time client_next(const world *w)
{
    const client *c = &w->client;
    lq_time due = lq_stream_deadline(c->stream);

    if (lq_stream_wish(c->stream) == LQ_WISH_CONNECT) {
        lq_time then = c->connects == LQ_NEVER ? w->now : c->connects;

        due = due == LQ_NEVER || then < due ? then : due;
    }
    return sooner(due, process_next(w));
}

/* ---- what holds at any time ---- */

static void check_wish(world *w)
{
    const client *c = &w->client;
    int wish = lq_stream_wish(c->stream), state = lq_stream_state(c->stream);

    if (c->line != NULL && wish != LQ_WISH_KEEP && wish != LQ_WISH_CLOSE) {
        world_fail(w, "with a transport the wish is %d", wish);
    }
    if (c->line == NULL && wish != LQ_WISH_NOTHING && wish != LQ_WISH_CONNECT) {
        world_fail(w, "without a transport the wish is %d", wish);
    }
    if (c->line == NULL && wish == LQ_WISH_NOTHING &&
        state == LQ_STATE_WAITING &&
        lq_stream_deadline(c->stream) == LQ_NEVER) {
        world_fail(w, "it waits for nothing");
    }
    if (state < LQ_STATE_IDLE || state > LQ_STATE_CLOSED) {
        world_fail(w, "the state is %d", state);
    }
}

void client_check(world *w)
{
    size_t heap = heap_bytes();

    w->totals->heap = heap > w->totals->heap ? heap : w->totals->heap;
    if (heap > HEAP_MAX + ID_MAX * w->book.open) {
        world_fail(w, "the library holds %zu bytes, %zu ids are open", heap,
                   w->book.open);
    }
    if (lq_stream_room(w->client.stream) > ROOM_MAX) {
        world_fail(w, "there is room for %zu bytes",
                   lq_stream_room(w->client.stream));
    }
    check_wish(w);
}

bool client_rests(const world *w)
{
    size_t len;

    lq_stream_output(w->client.stream, &len);
    return w->book.open == 0 && w->client.query_count == 0 && len == 0 &&
           process_next(w) == LQ_NEVER;
}

void client_stop(world *w)
{
    client *c = &w->client;

    if (!c->stopping && !c->closed) {
        world_trace(w, "(stop)");
        book_pardon(w);
        if (lq_stream_stop(c->stream, w->now) == LQ_OK) {
            c->stopping = true;
        }
    }
}

void client_suspend(world *w)
{
    client *c = &w->client;

    if (!c->stopping && !c->closed) {
        world_trace(w, "(suspend)");
        if (lq_stream_suspend(c->stream, w->now) == LQ_OK) {
            c->stopping = c->suspending = true;
        }
    }
}

void client_end(world *w)
{
    vault_clear(&w->client.vault);
    lq_stream_free(w->client.stream);
    lq_context_free(w->client.context);
    free(w->client.queries);
    if (heap_blocks() != 0) {
        world_fail(w, "%zu blocks are left", heap_blocks());
    }
}
