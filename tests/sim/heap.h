/* heap.h - what the library holds of the heap. */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stddef.h>

size_t heap_bytes(void);
size_t heap_blocks(void);

#endif
