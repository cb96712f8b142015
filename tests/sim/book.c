/* book.c - see book.h. */
#include "book.h"

#include <stdlib.h>
#include <string.h>

#include "world.h"

void book_init(book *b)
{
    *b = (book){ .last_sent = -1, .last_asked = -1, .heard_index = -1 };
}

void book_clear(book *b)
{
    free(b->sent);
    free(b->asked);
    free(b->told);
    free(b->queries);
    free(b->noted);
    free(b->fresh);
    free(b->kinds);
    free(b->places);
}

/* Room for one more of SIZE. */
static void *grown(void *rows, size_t count, size_t *room, size_t size)
{
    if (count == *room) {
        *room = *room == 0 ? 64 : 2 * *room;
        rows = realloc(rows, *room * size);
    }
    return rows;
}

#define GROW(rows, count, room) rows = grown(rows, count, &room, sizeof(*rows))

/* ---- ids ---- */

static void id_enter(world *w, lq_id id, char kind, size_t place)
{
    book *b = &w->book;
    size_t old = b->kind_room;

    if ((size_t)id >= old) {
        b->kind_room = 2 * (size_t)id;
        b->kinds = realloc(b->kinds, b->kind_room);
        memset(b->kinds + old, 0, b->kind_room - old);
        b->places = realloc(b->places, b->kind_room * sizeof(*b->places));
    }
    if (b->kinds[id] != 0) {
        world_fail(w, "id %d was given twice", (int)id);
    }
    b->kinds[id] = kind;
    b->places[id] = (uint32_t)place;
    b->open++;
}

static bool id_is(const book *b, lq_id id, char kind)
{
    return id > 0 && (size_t)id < b->kind_room && b->kinds[id] == kind;
}

/* ---- our messages ---- */

void book_sent(world *w, lq_id id)
{
    book *b = &w->book;

    GROW(b->sent, b->sents, b->sent_room);
    id_enter(w, id, 's', b->sents);
    b->sent[b->sents++] = (sent_row){ .id = id, .fate = -1 };
}

void book_received(world *w, long n)
{
    book *b = &w->book;

    w->totals->stanzas++;
    if (n < 0 || (size_t)n >= b->sents) {
        world_fail(w, "the contact got message %ld, which nobody sent", n);
        return;
    }
    if (b->sent[n].fate == LQ_DELIVERY_FAILED) {
        world_fail(w, "message %ld had FAILED and arrived", n);
    }
    if (b->sent[n].received && !w->liar) {
        w->totals->duplicated++;
        world_fail(w, "message %ld arrived twice", n);
    } else if (n <= b->last_sent && !w->liar) {
        world_fail(w, "message %ld arrived behind %ld", n, b->last_sent);
    }
    b->sent[n].received = true;
    b->last_sent = n > b->last_sent ? n : b->last_sent;
}

/* Nobody may say that the server has what it has not, except by its word: if
 * it claims too much, so many of what was not received. */
static void fate_acked(world *w, const sent_row *s, size_t n)
{
    const book *b = &w->book;
    uint64_t missing = 0;

    for (size_t i = (size_t)(b->last_sent + 1); i <= n; i++) {
        missing +=
            !b->sent[i].received &&
            (b->sent[i].fate < 0 || b->sent[i].fate == LQ_DELIVERY_ACKED);
    }
    if (!s->received && (missing > b->excess || b->excess == 0)) {
        world_fail(w, "message %zu is ACKED and never arrived", n);
    }
}

void book_fate(world *w, lq_id id, int fate)
{
    book *b = &w->book;
    size_t n;
    sent_row *s;

    if (!id_is(b, id, 's')) {
        world_fail(w, "DELIVERY of %d, which was not sent", (int)id);
        return;
    }
    n = b->places[id];
    s = &b->sent[n];
    if (s->fate >= 0) {
        world_fail(w, "message %zu has a second fate: %d", n, fate);
        return;
    }
    s->fate = fate;
    b->open--;
    GROW(b->fresh, b->fresh_count, b->fresh_room);
    b->fresh[b->fresh_count++] = n;
    w->totals->unknown += fate == LQ_DELIVERY_UNKNOWN;
    if (fate == LQ_DELIVERY_ACKED) {
        fate_acked(w, s, n);
    } else if (fate == LQ_DELIVERY_FAILED && s->received) {
        world_fail(w, "message %zu has FAILED and had arrived", n);
    }
    if (fate != LQ_DELIVERY_ACKED && w->starved) {
        return; /* it could not be kept, and is said not to be */
    }
    if (fate != LQ_DELIVERY_ACKED && n >= b->excused_sent && !w->liar) {
        w->totals->lost += !s->received;
        world_fail(w, "message %zu is %s without need", n,
                   fate == LQ_DELIVERY_FAILED ? "FAILED" : "UNKNOWN");
    }
}

/* ---- our requests ---- */

void book_asked(world *w, lq_id id)
{
    book *b = &w->book;

    GROW(b->asked, b->askeds, b->asked_room);
    id_enter(w, id, 'a', b->askeds);
    b->asked[b->askeds++] = (asked_row){ .id = id, .at = w->now };
}

void book_asked_received(world *w, long n)
{
    book *b = &w->book;

    w->totals->stanzas++;
    if (n < 0 || (size_t)n >= b->askeds) {
        world_fail(w, "the server got request %ld, which nobody made", n);
        return;
    }
    if (b->asked[n].received && !w->liar) {
        w->totals->duplicated++;
        world_fail(w, "request %ld arrived twice", n);
    } else if (n <= b->last_asked && !w->liar) {
        world_fail(w, "request %ld arrived behind %ld", n, b->last_asked);
    }
    b->asked[n].received = true;
    b->last_asked = n > b->last_asked ? n : b->last_asked;
}

static void reply_check(world *w, size_t place, int error, long n)
{
    const asked_row *a = &w->book.asked[place];

    if (error == LQ_OK || error == LQ_E_STANZA) {
        if (n != (long)place || !a->replied) {
            world_fail(w, "request %zu got the reply to %ld", place, n);
        }
    } else if (error == LQ_E_TIMEOUT) {
        if (w->now - a->at < w->climate.request_timeout) {
            world_fail(w, "request %zu timed out after %d ms", place,
                       (int)(w->now - a->at));
        }
    } else if (place >= w->book.excused_asked && !w->starved) {
        world_fail(w, "request %zu ended with %s without need", place,
                   lq_error_name(error));
    }
}

void book_reply(world *w, lq_id id, int error, long n)
{
    book *b = &w->book;
    asked_row *a;

    if (!id_is(b, id, 'a')) {
        world_fail(w, "REPLY to %d, which was not asked", (int)id);
        return;
    }
    a = &b->asked[b->places[id]];
    if (a->ended) {
        world_fail(w, "request %u has a second end: %s", b->places[id],
                   lq_error_name(error));
        return;
    }
    a->ended = true;
    b->open--;
    w->totals->stanzas++;
    if (!w->liar) {
        reply_check(w, b->places[id], error, n);
    }
}

void book_parted(world *w)
{
    w->book.left_sent = w->book.sents;
    w->book.left_asked = w->book.askeds;
}

static void excuse(size_t *mark, size_t upto)
{
    *mark = upto > *mark ? upto : *mark;
}

void book_excuse(world *w, bool at_all)
{
    book *b = &w->book;

    excuse(&b->excused_asked, b->left_asked);
    if (at_all) {
        excuse(&b->excused_sent, b->left_sent);
    }
}

void book_pardon(world *w)
{
    book_parted(w);
    book_excuse(w, true);
}

/* ---- the contact's ---- */

long book_tell(world *w, bool sure)
{
    book *b = &w->book;

    GROW(b->told, b->tolds, b->told_room);
    b->told[b->tolds] = (told_row){ .sure = sure };
    return (long)b->tolds++;
}

long book_query(world *w, int serial)
{
    book *b = &w->book;

    GROW(b->queries, b->query_count, b->query_room);
    b->queries[b->query_count] = (query_row){ .serial = serial };
    return (long)b->query_count++;
}

/* What was written down already has the number that it had. */
static bool is_noted(world *w, int serial, int index, int64_t number)
{
    book *b = &w->book;
    size_t at = b->notes;

    while (at > 0 && b->noted[at - 1].number >= number) {
        at--;
    }
    if (at < b->notes && b->noted[at].number == number) {
        if (b->noted[at].serial != serial || b->noted[at].index != index) {
            world_fail(w, "two stanzas have the number %lld",
                       (long long)number);
        }
        w->totals->again++;
        return true;
    }
    if (at < b->notes) {
        world_fail(w, "number %lld comes late", (long long)number);
    }
    GROW(b->noted, b->notes, b->noted_room);
    b->noted[b->notes++] = (noted_row){ number, serial, index };
    return false;
}

void book_heard(world *w, int serial, int index, long n, int64_t number)
{
    book *b = &w->book;
    bool next = serial == b->heard_serial
                    ? index == b->heard_index + 1
                    : serial > b->heard_serial && index == 0;

    w->totals->stanzas++;
    if (index < 0) {
        return; /* of no sequence */
    }
    if (number > 0 && is_noted(w, serial, index, number)) {
        return;
    }
    if (!next && !w->liar) {
        bool again = serial < b->heard_serial ||
                     (serial == b->heard_serial && index <= b->heard_index);

        w->totals->duplicated += again;
        w->totals->lost += !again;
        world_fail(w, "the program saw stanza %d of session %d behind %d of %d",
                   index, serial, b->heard_index, b->heard_serial);
    }
    b->heard_serial = serial;
    b->heard_index = index;
    if (n >= 0 && (size_t)n < b->tolds) {
        b->told[n].seen = true;
    }
}

void book_done(world *w, long n)
{
    if (n >= 0 && (size_t)n < w->book.tolds) {
        w->book.told[n].done = true;
    }
}

void book_answered(world *w, long k, int serial)
{
    book *b = &w->book;

    w->totals->stanzas++;
    if (w->liar) {
        return;
    }
    if (k < 0 || (size_t)k >= b->query_count) {
        world_fail(w, "an answer to query %ld, which nobody asked", k);
    } else if (b->queries[k].answered) {
        world_fail(w, "a second answer to query %ld", k);
    } else if (b->queries[k].serial != serial) {
        world_fail(w, "an answer to query %ld of a session before", k);
    } else {
        b->queries[k].answered = true;
    }
}

/* ---- processes ---- */

static void excuse_upto(size_t *mark, size_t most)
{
    *mark = *mark < most ? *mark : most;
}

void book_commit(world *w)
{
    book *b = &w->book;

    b->stored_sents = b->sents;
    b->stored_askeds = b->askeds;
    b->fresh_count = 0;
}

static void forget_sent(world *w)
{
    book *b = &w->book;

    for (size_t i = 0; i < b->fresh_count; i++) {
        b->sent[b->fresh[i]].fate = -1;
        b->open++;
    }
    b->fresh_count = 0;
    for (size_t n = b->stored_sents; n < b->sents; n++) {
        if (b->sent[n].received) {
            world_fail(w, "message %zu left before it was stored", n);
        }
        b->kinds[b->sent[n].id] = 0;
        b->open--;
    }
    b->sents = b->stored_sents;
}

static void forget_asked(world *w)
{
    book *b = &w->book;

    for (size_t n = 0; n < b->askeds; n++) {
        asked_row *a = &b->asked[n];

        b->open -= !a->ended;
        a->ended = true;
        if (n >= b->stored_askeds) {
            if (a->received && w->mortal) {
                world_fail(w, "request %zu left before it was stored", n);
            }
            b->kinds[a->id] = 0;
        }
    }
    b->askeds = w->mortal ? b->stored_askeds : b->askeds;
}

void book_die(world *w)
{
    book *b = &w->book;

    forget_sent(w);
    forget_asked(w);
    for (size_t k = 0; k < b->query_count; k++) {
        b->queries[k].dead = true; /* nobody else knows of them */
    }
    excuse_upto(&b->excused_sent, b->sents);
    excuse_upto(&b->excused_asked, b->askeds);
    excuse_upto(&b->left_sent, b->sents);
    excuse_upto(&b->left_asked, b->askeds);
}

/* ---- at the end ---- */

lq_id book_open_id(const world *w)
{
    const book *b = &w->book;

    for (size_t n = 0; n < b->sents; n++) {
        if (b->sent[n].fate < 0) {
            return b->sent[n].id;
        }
    }
    for (size_t n = 0; n < b->askeds; n++) {
        if (!b->asked[n].ended) {
            return b->asked[n].id;
        }
    }
    return 0;
}

static void close_ours(world *w)
{
    const book *b = &w->book;

    for (size_t n = 0; n < b->sents; n++) {
        const sent_row *s = &b->sent[n];

        if (s->fate < 0) {
            world_fail(w, "message %zu has no fate", n);
        } else if (s->fate == LQ_DELIVERY_ACKED && !s->received && !w->liar) {
            world_fail(w, "message %zu is lost", n);
        }
    }
    for (size_t n = 0; n < b->askeds; n++) {
        if (!b->asked[n].ended) {
            world_fail(w, "request %zu has no end", n);
        }
    }
}

void book_close(world *w)
{
    const book *b = &w->book;

    close_ours(w);
    if (w->liar) {
        return;
    }
    for (size_t n = 0; n < b->tolds; n++) {
        if (b->told[n].sure && !b->told[n].seen) {
            w->totals->lost++;
            world_fail(w, "the contact's message %zu is lost", n);
        }
    }
    for (size_t k = 0; k < b->query_count; k++) {
        if (!b->queries[k].dead && !b->queries[k].answered) {
            world_fail(w, "query %zu was never answered", k);
        }
    }
}
