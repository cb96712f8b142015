/* pool.h - spare pieces of memory, all of one size.
 *
 * What comes and goes all the time (chunks of arenas, buffers, tickets) is
 * taken from a pool and given back to it instead of to the heap, up to a
 * number.  A pool is counted: who holds pieces may outlive who made it. */
#ifndef LQ_POOL_H
#define LQ_POOL_H

#include <stddef.h>

typedef struct lq_pool {
    struct lq_spare *spare;
    size_t size;  /* of a piece */
    size_t count; /* of spare ones */
    size_t max;   /* more are freed */
    size_t references;
} lq_pool;

/* NULL when memory runs out. */
lq_pool *lq_pool_new(size_t size, size_t max);

/* NULL is fine. */
lq_pool *lq_pool_ref(lq_pool *pool);
void lq_pool_unref(lq_pool *pool);

/* A piece, not zeroed; NULL when memory runs out.  The second gives none but
 * spare ones. */
void *lq_pool_take(lq_pool *pool);
void *lq_pool_take_spare(lq_pool *pool);

/* PIECE, of lq_malloc() or from any pool of that size. */
void lq_pool_give(lq_pool *pool, void *piece);

#endif
