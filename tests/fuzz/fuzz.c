/* fuzz.c - see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include <loquat/base.h>

#include "base/random.h"

void fuzz_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

unsigned fuzz_byte(const uint8_t **data, size_t *size)
{
    if (*size == 0) {
        return 0;
    }
    (*size)--;
    return *(*data)++;
}

size_t fuzz_piece(unsigned choice, unsigned index, size_t left)
{
    static const size_t sizes[] = { SIZE_MAX, 1, 2, 3, 7, 13, 64, 500 };
    size_t piece = sizes[choice % 8];

    if (choice / 8 % 2 == 1 && index % 2 == 1) {
        piece = sizes[choice / 16 % 8];
    }
    return piece < left ? piece : left;
}

/* SplitMix64, behind the door of base/random.h. */
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
        at[i] = (unsigned char)(next() & 0xFF);
    }
    return LQ_OK;
}
