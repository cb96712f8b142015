/* allocations.c - counts a program's allocations; to be preloaded.
 *
 * It stands before glibc's allocator and calls it by the names that glibc
 * gives for the purpose.  Live bytes are what the allocator set aside, its
 * header of eight bytes included. */
#define _GNU_SOURCE
#include "allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static bench_heap heap;

#define ADD(field, n) __atomic_add_fetch(&heap.field, (n), __ATOMIC_RELAXED)

static void *came(void *memory)
{
    int64_t live, peak = heap.peak;

    if (memory == NULL) {
        return NULL;
    }
    ADD(allocations, 1);
    ADD(blocks, 1);
    live = ADD(live, (int64_t)malloc_usable_size(memory) + 8);
    while (live > peak &&
           !__atomic_compare_exchange_n(&heap.peak, &peak, live, 1,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return memory;
}

static void goes(void *memory)
{
    if (memory != NULL) {
        ADD(blocks, -1);
        ADD(live, -(int64_t)malloc_usable_size(memory) - 8);
    }
}

void *malloc(size_t size) { return came(__libc_malloc(size)); }

void *calloc(size_t count, size_t size)
{
    return came(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    void *memory;

    goes(old);
    memory = __libc_realloc(old, size);
    if (memory != NULL) {
        return came(memory);
    }
    if (size > 0) { /* the old one is still there */
        came(old);
    }
    return NULL;
}

void free(void *memory)
{
    goes(memory);
    __libc_free(memory);
}

void *memalign(size_t alignment, size_t size)
{
    return came(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    *result = memalign(alignment, size);
    return *result == NULL ? ENOMEM : 0;
}

void allocations_read(bench_heap *result) { *result = heap; }

void allocations_reset_peak(void) { heap.peak = heap.live; }
