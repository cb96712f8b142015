/* heap.c - the library's door to the heap: it counts blocks and
 * bytes, and sometimes has none. */
#include "heap.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/memory.h"
#include "draw.h"

static size_t bytes, blocks;
static unsigned starved;

void heap_starve(unsigned n) { starved = n; }

static bool refused(void)
{
    return starved > 0 && draw_below(100000) < starved;
}

static void *counted(void *block)
{
    if (block != NULL) {
        blocks++;
        bytes += malloc_usable_size(block);
    }
    return block;
}

void *lq_malloc(size_t size)
{
    return refused() ? NULL : counted(malloc(size));
}

void *lq_calloc(size_t count, size_t size)
{
    return refused() ? NULL : counted(calloc(count, size));
}

void *lq_realloc(void *old, size_t size)
{
    size_t before = old == NULL ? 0 : malloc_usable_size(old);
    void *block = refused() ? NULL : realloc(old, size);

    if (block != NULL) {
        blocks += old == NULL;
        bytes += malloc_usable_size(block) - before;
    }
    return block;
}

void lq_free(void *memory)
{
    if (memory != NULL) {
        blocks--;
        bytes -= malloc_usable_size(memory);
    }
    free(memory);
}

size_t heap_bytes(void) { return bytes; }

size_t heap_blocks(void) { return blocks; }
