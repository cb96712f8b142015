/* pool.c - see pool.h.  A spare piece holds the way to the next. */
#include "pool.h"

#include "memory.h"

struct lq_spare {
    struct lq_spare *next;
};

lq_pool *lq_pool_new(size_t size, size_t max)
{
    lq_pool *pool = lq_calloc(1, sizeof(*pool));

    if (pool != NULL) {
        pool->size = size;
        pool->max = max;
    }
    return lq_pool_ref(pool);
}

lq_pool *lq_pool_ref(lq_pool *pool)
{
    if (pool != NULL) {
        pool->references++;
    }
    return pool;
}

void lq_pool_unref(lq_pool *pool)
{
    void *piece;

    if (pool == NULL || --pool->references > 0) {
        return;
    }
    while ((piece = lq_pool_take_spare(pool)) != NULL) {
        lq_free(piece);
    }
    lq_free(pool);
}

void *lq_pool_take_spare(lq_pool *pool)
{
    struct lq_spare *piece = pool->spare;

    if (piece != NULL) {
        pool->spare = piece->next;
        pool->count--;
    }
    return piece;
}

void *lq_pool_take(lq_pool *pool)
{
    void *piece = lq_pool_take_spare(pool);

    return piece != NULL ? piece : lq_malloc(pool->size);
}

void lq_pool_give(lq_pool *pool, void *piece)
{
    struct lq_spare *spare = piece;

    if (pool->count == pool->max) {
        lq_free(piece);
        return;
    }
    spare->next = pool->spare;
    pool->spare = spare;
    pool->count++;
}
