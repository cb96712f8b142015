/* line.h - a connection between client and server, and what befalls it.
 *
 * Bytes written at one end arrive at the other in order and in pieces, some
 * time later.  A cut takes effect at once, after any byte; each end notices it
 * in its own time, and until then what it writes goes nowhere. */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include "climate.h"

typedef struct piece {
    lq_time at;
    size_t len;
} piece;

/* One direction. */
typedef struct way {
    char *bytes; /* ended by a NUL */
    size_t start, len, size;
    piece *pieces; /* that have not arrived */
    size_t first, count, room;
    size_t arrived; /* of LEN */
    lq_time last, held;
    bool dead;       /* nothing more arrives */
    uint64_t passed; /* bytes that were taken, ever */
    uint64_t most;   /* ... that may be taken, ever */
} way;

typedef struct line {
    struct line *next;
    way up, down;
    bool cut;
    lq_time client_notices, server_notices; /* LQ_NEVER */
    bool client_left, server_left;          /* closed at that end */
    bool client_gone, server_gone;          /* that end has forgotten it */
    bool resumable;      /* <enabled/>, or <resumed/>, was said ... */
    uint64_t enabled_at; /* ... and ends here in the way down */
    void *talk;          /* the server's */
} line;

line *line_new(void);
void line_free(line *l);

void way_write(way *w, lq_time now, const climate *c, const char *bytes,
               size_t len);

/* Bytes that have arrived, from way_bytes() on. */
size_t way_ready(way *w, lq_time now);
const char *way_bytes(const way *w);
void way_take(way *w, size_t len);

/* Bytes that are under way. */
size_t way_pending(const way *w);

/* When the next bytes arrive, or LQ_NEVER. */
lq_time way_next(const way *w);

/* Cut it; a random part of what is under way still arrives. */
void line_cut(line *l, lq_time now);

/* Cut it exactly: nothing arrives that was not there, within what is allowed.
 * Both ends notice soon, or LATE the server does not for some seconds. */
void line_cut_here(line *l, lq_time now, bool late);

/* Who has not noticed yet does so soon. */
void line_heal(line *l, lq_time now);

#endif
