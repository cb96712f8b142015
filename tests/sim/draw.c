/* draw.c - see draw.h. */
#include "draw.h"

#include "base/random.h"

static uint64_t state;

static uint64_t draw_word(void)
{
    uint64_t word = state += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

void draw_seed(uint64_t seed)
{
    state = seed;
    draw_word(); /* neighbours part */
}

uint64_t draw_below(uint64_t n) { return draw_word() % n; }

int64_t draw_between(int64_t least, int64_t most)
{
    return least + (int64_t)draw_below((uint64_t)(most - least) + 1);
}

bool draw_chance(unsigned n) { return draw_below(10000) < n; }

int64_t draw_of(const int64_t *numbers, size_t count)
{
    return numbers[draw_below(count)];
}

/* The library's door. */
int lq_random_fill(void *bytes, size_t len)
{
    unsigned char *at = bytes;

    for (size_t i = 0; i < len; i++) {
        at[i] = (unsigned char)draw_word();
    }
    return 0;
}
