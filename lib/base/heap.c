/* heap.c - see heap.h.
 *
 * The usual binary heap: the parent of place N is at N / 2, and no item comes
 * before its parent.  items[0] is not used, so that place 0 can mean "none". */
#include "heap.h"

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

#define FIRST_SIZE 5 /* a stream's four timers */

static void heap_put(lq_heap *heap, lq_heap_item *item, size_t place)
{
    heap->items[place] = item;
    item->place = place;
}

static bool heap_before(const lq_heap *heap, size_t a, size_t b)
{
    return heap->items[a]->when < heap->items[b]->when;
}

static void heap_swap(lq_heap *heap, size_t a, size_t b)
{
    lq_heap_item *item = heap->items[a];

    heap_put(heap, heap->items[b], a);
    heap_put(heap, item, b);
}

static void heap_rise(lq_heap *heap, size_t place)
{
    while (place > 1 && heap_before(heap, place, place / 2)) {
        heap_swap(heap, place, place / 2);
        place /= 2;
    }
}

static void heap_sink(lq_heap *heap, size_t place)
{
    for (;;) {
        size_t child = place * 2;

        if (child < heap->count && heap_before(heap, child + 1, child)) {
            child++;
        }
        if (child > heap->count || !heap_before(heap, child, place)) {
            return;
        }
        heap_swap(heap, place, child);
        place = child;
    }
}

/* The item at PLACE has a new time: one of these moves it, or none. */
static void heap_settle(lq_heap *heap, size_t place)
{
    lq_heap_item *item = heap->items[place];

    heap_rise(heap, place);
    heap_sink(heap, item->place);
}

static void heap_remove(lq_heap *heap, lq_heap_item *item)
{
    size_t place = item->place;
    lq_heap_item *last = heap->items[heap->count--];

    item->place = 0;
    if (last != item) {
        heap_put(heap, last, place);
        heap_settle(heap, place);
    }
}

void lq_heap_init(lq_heap *heap) { *heap = (lq_heap){ .items = NULL }; }

void lq_heap_clear(lq_heap *heap)
{
    lq_free(heap->items);
    lq_heap_init(heap);
}

int lq_heap_reserve(lq_heap *heap, size_t count)
{
    size_t size = heap->size > 0 ? heap->size : FIRST_SIZE;
    lq_heap_item **items;

    if (count < heap->size) {
        return LQ_OK;
    }
    if (count >= UINT32_MAX / sizeof(*items) / 2) {
        return LQ_E_NOMEM;
    }
    while (size <= count) {
        size *= 2;
    }
    items = lq_realloc(heap->items, size * sizeof(*items));
    if (items == NULL) {
        return LQ_E_NOMEM;
    }
    heap->items = items;
    heap->size = (uint32_t)size;
    return LQ_OK;
}

int lq_heap_set(lq_heap *heap, lq_heap_item *item, lq_time when)
{
    if (when == LQ_NEVER) {
        if (item->place > 0) {
            heap_remove(heap, item);
        }
        item->when = LQ_NEVER;
        return LQ_OK;
    }
    if (item->place == 0) {
        if (lq_heap_reserve(heap, heap->count + 1) < 0) {
            return LQ_E_NOMEM;
        }
        heap_put(heap, item, ++heap->count);
    }
    item->when = when;
    heap_settle(heap, item->place);
    return LQ_OK;
}
