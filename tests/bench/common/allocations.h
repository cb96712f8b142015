/* allocations.h - what allocations.so adds to a program that it is preloaded
 * into; the two are NULL elsewhere. */
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

#include "bench.h"

void allocations_read(bench_heap *heap) __attribute__((weak));
void allocations_reset_peak(void) __attribute__((weak));

#endif
