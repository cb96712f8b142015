/* draw.h - the one generator that decides everything in a run, the library's
 * random numbers included: SplitMix64. */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void draw_seed(uint64_t seed);

/* 0 to N - 1; N is at least 1. */
uint64_t draw_below(uint64_t n);

/* LEAST to MOST, both included. */
int64_t draw_between(int64_t least, int64_t most);

/* True N times in 10,000. */
bool draw_chance(unsigned n);

/* One of COUNT numbers. */
int64_t draw_of(const int64_t *numbers, size_t count);

#endif
