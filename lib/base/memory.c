/* memory.c - see memory.h: the door itself, nothing else. */
#include "memory.h"

#include <stdlib.h>

void *lq_malloc(size_t size) { return malloc(size); }

void *lq_calloc(size_t count, size_t size) { return calloc(count, size); }

void *lq_realloc(void *old, size_t size) { return realloc(old, size); }

void lq_free(void *memory) { free(memory); }
