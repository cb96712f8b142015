/* process.c - see process.h. */
#include "process.h"

#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "heap.h"
#include "world.h"
#include "wrap.h"

enum { AGAIN_MS = 100 }; /* when memory had run out */

void vault_init(vault *s)
{
    *s = (vault){ .bytes = NULL };
    for (int i = 0; i < 4; i++) {
        s->due[i] = LQ_NEVER;
    }
}

void vault_clear(vault *s)
{
    free(s->bytes);
    vault_init(s);
}

/* ---- storing ---- */

static void vault_put(vault *s, int which, const void *bytes, size_t len)
{
    s->len = which == LQ_SAVED_SESSION ? 0 : s->len;
    s->bytes = realloc(s->bytes, s->len + len + 1);
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
}

/* False: there is nothing to be stored, or no memory for it. */
static bool process_store(world *w, int which)
{
    vault *s = &w->client.vault;
    size_t len;
    const void *bytes = lq_stream_save(w->client.stream, which, &len);

    if (bytes == NULL) {
        return false;
    }
    world_trace(w, "(%s is stored, %zu bytes)",
                which == LQ_SAVED_SESSION ? "the session" : "what came since",
                len);
    vault_put(s, which, bytes, len);
    if (which == LQ_SAVED_SESSION) {
        s->due[LQ_SAVED_RECORDS] = LQ_NEVER;
    }
    book_commit(w);
    return true;
}

static void process_save(world *w, int which)
{
    vault *s = &w->client.vault;

    s->due[which] = LQ_NEVER;
    if (process_store(w, which)) {
        if (lq_stream_saved(w->client.stream, w->now, which) != LQ_OK) {
            world_fail(w, "saved() is refused");
        }
    } else if (w->starved) {
        s->due[which] = w->now + AGAIN_MS;
    }
}

void process_is_to_save(world *w, int which)
{
    lq_time *due;

    if (which != LQ_SAVED_SESSION && which != LQ_SAVED_RECORDS) {
        world_fail(w, "SAVE of %d", which);
        return;
    }
    due = &w->client.vault.due[which];
    if (*due == LQ_NEVER) {
        *due = w->now + draw_between(0, w->climate.save_delay);
    }
}

/* Not while a stanza is looked at, that would be stored as one to come. */
void process_save_due(world *w)
{
    if (w->client.looks) {
        return;
    }
    for (int which = LQ_SAVED_SESSION; which <= LQ_SAVED_RECORDS; which++) {
        lq_time due = w->client.vault.due[which];

        if (due != LQ_NEVER && due <= w->now) {
            process_save(w, which);
        }
    }
}

lq_time sooner(lq_time a, lq_time b)
{
    return a == LQ_NEVER ? b : b == LQ_NEVER ? a : a < b ? a : b;
}

lq_time process_next(const world *w)
{
    const lq_time *due = w->client.vault.due;

    return sooner(due[LQ_SAVED_SESSION], due[LQ_SAVED_RECORDS]);
}

/* ---- the next process ---- */

static void process_end(world *w)
{
    client *c = &w->client;

    heap_starve(0);
    lq_stream_free(c->stream);
    lq_context_free(c->context);
    if (heap_blocks() != 0) {
        world_fail(w, "a process leaves %zu blocks", heap_blocks());
    }
}

static void process_begin(world *w)
{
    client *c = &w->client;

    c->full = c->online = c->stopping = c->suspending = c->closed = false;
    c->query_count = 0;
    c->holds = -1;
    c->looks = false;
    c->spins = 0;
    c->resting_until = 0;
    for (int i = 0; i < 4; i++) {
        c->vault.due[i] = LQ_NEVER;
    }
    wrap_session(w);
    client_begin(w);
    heap_starve(w->climate.hunger);
}

/* Its transport ends with it; the server may notice late. */
static void leave_line(world *w)
{
    line *l = w->client.line;

    if (l != NULL) {
        if (!l->resumable || l->down.passed < l->enabled_at) {
            book_excuse(w, true);
        }
        line_cut(l, w->now);
        l->client_left = l->client_gone = true;
        w->client.line = NULL;
    }
}

void process_kill(world *w)
{
    const lq_time *due = w->client.vault.due;

    for (int which = LQ_SAVED_SESSION; which <= LQ_SAVED_RECORDS; which++) {
        if (due[which] != LQ_NEVER && !w->client.looks && draw_chance(3000)) {
            process_store(w, which);
        }
    }
    world_trace(w, "(the process is killed)");
    w->totals->kills++;
    book_die(w);
    book_parted(w);
    leave_line(w);
    process_end(w);
    process_begin(w);
}

void process_hand_over(world *w)
{
    world_trace(w, "(the process hands over)");
    w->totals->kills++;
    heap_starve(0);
    for (int which = LQ_SAVED_SESSION; which <= LQ_SAVED_RECORDS; which++) {
        if (w->client.vault.due[which] != LQ_NEVER) {
            process_save(w, which);
        }
    }
    book_die(w);
    process_end(w);
    process_begin(w);
}
