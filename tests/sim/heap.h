/* heap.h - what the library holds of the heap, and is refused. */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stddef.h>

/* Of 100,000 allocations, so many fail from now on. */
void heap_starve(unsigned n);

size_t heap_bytes(void);
size_t heap_blocks(void);

#endif
