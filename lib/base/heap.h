/* heap.h - a priority queue of moments: which of these comes first?
 *
 * Items are embedded in what they belong to and know their own place, so that
 * moving or removing one costs O(log n). */
#ifndef LQ_HEAP_H
#define LQ_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include <loquat/base.h>

typedef struct lq_heap_item {
    lq_time when;
    size_t place; /* 1-based index in the heap; 0: not in it */
} lq_heap_item;

typedef struct lq_heap {
    lq_heap_item **items;
    uint32_t count, size;
} lq_heap;

void lq_heap_init(lq_heap *heap);
void lq_heap_clear(lq_heap *heap); /* frees; does not look at the items */

/* Make sure that COUNT items fit.  LQ_OK or LQ_E_NOMEM. */
int lq_heap_reserve(lq_heap *heap, size_t count);

/* Insert ITEM at WHEN, or move it there; LQ_NEVER takes it out.  LQ_OK or
 * LQ_E_NOMEM; never fails for an item that is inside, for LQ_NEVER, or after
 * a reserve. */
int lq_heap_set(lq_heap *heap, lq_heap_item *item, lq_time when);

/* The earliest, or NULL.  Those of the same moment come in any order. */
static inline lq_heap_item *lq_heap_first(const lq_heap *heap)
{
    return heap->count > 0 ? heap->items[1] : NULL;
}

#endif
