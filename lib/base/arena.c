/* arena.c - see arena.h.
 *
 * Only the newest chunk is filled; what the older ones have left is lost.
 * Small chunks double, large ones grow by a quarter, so that what is lost in a
 * large arena is a small part of it.  Texts take the next byte and
 * objects the next multiple of eight. */
#include "arena.h"

#include <stdbool.h>

#include "memory.h"

#define PRIVATE_SIZE 1024 /* the first chunk of an arena without a pool */
#define LARGE        (64 * 1024)

struct lq_chunk {
    struct lq_chunk *older;
    size_t size; /* header included */
    _Alignas(LQ_ARENA_ALIGNMENT) char bytes[];
};

#define HEADER offsetof(struct lq_chunk, bytes)

static size_t min(size_t a, size_t b) { return a < b ? a : b; }
static size_t max(size_t a, size_t b) { return a > b ? a : b; }

lq_pool *lq_arena_pool(void)
{
    return lq_pool_new(LQ_CHUNK_SIZE, LQ_CHUNKS_MAX);
}

static bool chunk_is_pooled(const lq_pool *pool, size_t size)
{
    return pool != NULL && size == pool->size;
}

static struct lq_chunk *chunk_new(lq_pool *pool, size_t size)
{
    struct lq_chunk *chunk =
        chunk_is_pooled(pool, size) ? lq_pool_take(pool) : lq_malloc(size);

    if (chunk != NULL) {
        chunk->size = size;
    }
    return chunk;
}

static void chunk_free(lq_pool *pool, struct lq_chunk *chunk)
{
    if (chunk_is_pooled(pool, chunk->size)) {
        lq_pool_give(pool, chunk);
    } else {
        lq_free(chunk);
    }
}

/* The size of a chunk to follow LAST. */
static size_t chunk_after(const struct lq_chunk *last)
{
    return last->size + (last->size < LARGE ? last->size : last->size / 4);
}

/* A new chunk with NEED bytes at least and, as far as the budget goes, as many
 * as should be. */
static bool arena_grow(lq_arena *arena, size_t need)
{
    size_t first = arena->pool != NULL ? arena->pool->size : PRIVATE_SIZE;
    size_t want = arena->chunks != NULL ? chunk_after(arena->chunks) : first;
    size_t room = max(need, min(want - HEADER, arena->budget));
    struct lq_chunk *chunk;

    if (need > arena->budget || room > SIZE_MAX / 2 - HEADER) {
        return false;
    }
    chunk = chunk_new(arena->pool, HEADER + room);
    if (chunk == NULL) {
        return false;
    }
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    arena->next = chunk->bytes;
    arena->left = room;
    arena->budget -= room;
    return true;
}

static void *arena_take(lq_arena *arena, size_t size)
{
    char *taken = arena->next;

    arena->next += size;
    arena->left -= size;
    return taken;
}

void lq_arena_init(lq_arena *arena, lq_pool *pool, size_t limit)
{
    *arena = (lq_arena){ .budget = limit, .pool = lq_pool_ref(pool) };
}

void lq_arena_clear(lq_arena *arena)
{
    lq_pool *pool = arena->pool;
    struct lq_chunk *chunk = arena->chunks;
    struct lq_chunk *older;

    *arena = (lq_arena){ .chunks = NULL }; /* it may go with its chunks */
    for (; chunk != NULL; chunk = older) {
        older = chunk->older;
        chunk_free(pool, chunk);
    }
    lq_pool_unref(pool);
}

void *lq_arena_alloc_anew(lq_arena *arena, size_t size)
{
    return arena_grow(arena, size) ? arena_take(arena, size) : NULL;
}

/* Room for a text of LEN bytes and its NUL. */
static char *arena_room(lq_arena *arena, size_t len)
{
    if (len == SIZE_MAX ||
        (len >= arena->left && !arena_grow(arena, len + 1))) {
        return NULL;
    }
    return arena_take(arena, len + 1);
}

char *lq_arena_text_anew(lq_arena *arena, const char *text, size_t len)
{
    char *copy = arena_room(arena, len);

    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

/* Make room for LEN bytes behind TEXT, if nothing has been made after it. */
static bool arena_widen(lq_arena *arena, const char *text, size_t old_len,
                        size_t *room, size_t len)
{
    if (text + old_len + 1 + *room != arena->next ||
        len - *room > arena->left) {
        return false;
    }
    arena_take(arena, len - *room);
    *room = len;
    return true;
}

/* Copy TEXT to where LEN more bytes fit, and twice as many if possible. */
static char *arena_move(lq_arena *arena, const char *text, size_t old_len,
                        size_t *room, size_t len)
{
    size_t need = old_len + len;
    size_t capacity = need > SIZE_MAX / 2 ? need : need * 2;
    char *copy;

    if (need < len) {
        return NULL;
    }
    copy = arena_room(arena, capacity);
    if (copy == NULL) {
        capacity = need;
        copy = arena_room(arena, capacity);
    }
    if (copy != NULL && text != NULL) {
        memcpy(copy, text, old_len);
    }
    if (copy != NULL) {
        *room = capacity - old_len;
    }
    return copy;
}

char *lq_arena_extend(lq_arena *arena, char *text, size_t old_len, size_t *room,
                      const char *more, size_t len)
{
    if (text == NULL ||
        (len > *room && !arena_widen(arena, text, old_len, room, len))) {
        text = arena_move(arena, text, old_len, room, len);
    }
    if (text != NULL) {
        memcpy(text + old_len, more, len);
        text[old_len + len] = '\0';
        *room -= len;
    }
    return text;
}
