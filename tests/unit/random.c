/* random.c - the door to unpredictable numbers, predictable: SplitMix64. */
#include "base/random.h"

#include <stdint.h>

#include <loquat/base.h>

#include "suite.h"

static uint64_t state;

static uint64_t next(void)
{
    uint64_t word = state += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

void random_seed(unsigned long seed) { state = seed; }

int lq_random_fill(void *bytes, size_t len)
{
    unsigned char *at = bytes;

    for (size_t i = 0; i < len; i++) {
        at[i] = (unsigned char)next();
    }
    return LQ_OK;
}
