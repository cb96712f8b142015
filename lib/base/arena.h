/* arena.h - memory that is freed all at once.
 *
 * Allocations come from chunks, each larger than the one before; none is freed
 * alone.  The limit bounds the sum, so a peer's stanza can never cost
 * more than that.  First chunks may come from and go back to a pool that many
 * arenas share. */
#ifndef LQ_ARENA_H
#define LQ_ARENA_H

#include <stdint.h>
#include <string.h>

#include "pool.h"

/* A pool for arenas, and for whatever else wants pieces of this size.  NULL
 * when memory runs out. */
enum { LQ_CHUNK_SIZE = 4096, LQ_CHUNKS_MAX = 8 };
lq_pool *lq_arena_pool(void);

typedef struct lq_arena {
    struct lq_chunk *chunks; /* newest first */
    char *next;              /* where the next allocation goes */
    size_t left;             /* bytes free from there */
    size_t budget;           /* bytes that may still be obtained */
    lq_pool *pool;           /* a reference, or NULL */
} lq_arena;

/* POOL may be NULL. */
void lq_arena_init(lq_arena *arena, lq_pool *pool, size_t limit);

/* Free all that ARENA gave out and let go of the pool.  ARENA may itself lie in
 * its own memory; else it gives nothing more until it is initialised again. */
void lq_arena_clear(lq_arena *arena);

enum { LQ_ARENA_ALIGNMENT = 8 };

/* The same as the next two when the newest chunk has no room. */
void *lq_arena_alloc_anew(lq_arena *arena, size_t size);
char *lq_arena_text_anew(lq_arena *arena, const char *text, size_t len);

/* SIZE > 0 bytes aligned for any pointer or integer, not zeroed; NULL when the
 * limit or the system says no. */
static inline void *lq_arena_alloc(lq_arena *arena, size_t size)
{
    size_t padding = -(uintptr_t)arena->next % LQ_ARENA_ALIGNMENT;
    char *taken;

    if (padding > arena->left || size > arena->left - padding) {
        return lq_arena_alloc_anew(arena, size);
    }
    taken = arena->next + padding;
    arena->next = taken + size;
    arena->left -= padding + size;
    return taken;
}

/* A NUL-terminated copy of LEN bytes, packed without padding. */
static inline char *lq_arena_text(lq_arena *arena, const char *text, size_t len)
{
    char *copy = arena->next;

    if (len >= arena->left) {
        return lq_arena_text_anew(arena, text, len);
    }
    arena->next += len + 1;
    arena->left -= len + 1;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

/* Lengthen TEXT of OLD_LEN bytes, made by lq_arena_text(), by LEN bytes: in
 * place if it was the last thing made, else by a copy that doubles, so that a
 * text in many pieces costs linear time.  TEXT may be NULL if OLD_LEN is 0.
 * *ROOM is the spare room behind it, 0 for a new text; keep it with the text.
 * NULL: no memory. */
char *lq_arena_extend(lq_arena *arena, char *text, size_t old_len, size_t *room,
                      const char *more, size_t len);

#endif
