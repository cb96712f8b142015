/* memory.c - the door to the heap, with a doorkeeper: it counts what goes out
 * and comes back, and turns away whom the test names. */
#include "base/memory.h"

#include <stdlib.h>

#include "suite.h"

static unsigned long countdown; /* 1: the next fails; 0: none does */
static bool all_after;
static bool failed;
static bool plenty; /* within memory_spare() */
static bool tortured;
static size_t blocks;

static bool is_turned_away(void)
{
    if (countdown == 0 || plenty) {
        return false;
    }
    if (countdown > 1) {
        countdown--;
        return false;
    }
    countdown = all_after;
    failed = true;
    return true;
}

static void *counted(void *block)
{
    blocks += block != NULL;
    return block;
}

void *lq_malloc(size_t size)
{
    return is_turned_away() ? NULL : counted(malloc(size));
}

void *lq_calloc(size_t count, size_t size)
{
    return is_turned_away() ? NULL : counted(calloc(count, size));
}

void *lq_realloc(void *old, size_t size)
{
    if (old == NULL) {
        return lq_malloc(size);
    }
    return is_turned_away() ? NULL : realloc(old, size);
}

void lq_free(void *memory)
{
    blocks -= memory != NULL;
    free(memory);
}

void memory_fail(unsigned long n, bool and_all_after)
{
    countdown = n;
    all_after = and_all_after;
    failed = false;
}

bool memory_failed(void) { return failed; }

void memory_spare(bool on) { plenty = on; }

bool memory_is_tortured(void) { return tortured; }

void memory_forgive(bool on) { tortured = on; }

size_t memory_blocks(void) { return blocks; }

/* Whether the N-th allocation of SCENARIO, if there is one, failed. */
static bool torture_once(void (*scenario)(void), unsigned long n, bool after)
{
    size_t before = blocks;
    bool did;

    memory_fail(n, after);
    scenario();
    did = memory_failed();
    memory_fail(0, false);
    ck_assert_msg(blocks == before,
                  "%zu blocks left when allocation %lu%s fails",
                  blocks - before, n, after ? " and all after it" : "");
    return did;
}

void memory_torture(void (*scenario)(void))
{
    unsigned long n = 1;

    tortured = true;
    while (torture_once(scenario, n, false)) {
        torture_once(scenario, n, true);
        n++;
    }
    tortured = false;
}
