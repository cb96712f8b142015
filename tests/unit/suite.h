/* suite.h - how every unit suite runs.
 *
 * A suite is a NULL-terminated list of libcheck tests.  suite_main() runs
 * each; with CHUNKED, three times, and the test's _i says how bytes are to be
 * delivered: suite_chunk(_i) at a time (1, 7, everything). */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

int suite_main(const char *name, const TTest *const *tests);
int suite_main_chunked(const char *name, const TTest *const *tests);

/* The same; then each test once more for each of its allocations, which fails:
 * memory_torture().  The tests say CLAIM() instead of ck_assert(). */
int suite_main_tortured(const char *name, const TTest *const *tests);

/* A suite of several cases, each under its own NAME in reports: begin, add
 * them (chunked; tortured as well), run all.  What main() returns. */
void suite_begin(const char *name);
void suite_add_chunked(const char *name, const TTest *const *tests);
void suite_add_tortured(const char *name, const TTest *const *tests);
int suite_end(void);

/* 1, 7, SIZE_MAX. */
size_t suite_chunk(int index);

/* Make the N-th allocation from now (1 is the next) and, if ALL_AFTER, each
 * later one fail; 0 stops that.  memory_failed() tells whether one did since.
 */
void memory_fail(unsigned long n, bool all_after);
bool memory_failed(void);

/* While ON, nothing fails and nothing counts: what is done meanwhile is not
 * what the test is about. */
void memory_spare(bool on);

/* Whether memory_torture() is at work: then only sanity can be claimed. */
bool memory_is_tortured(void);

/* While ON, as if it were: for a test that fails something else. */
void memory_forgive(bool on);

/* How many of COUNT rows to go through: a few will do then. */
static inline size_t suite_rows(size_t count)
{
    return memory_is_tortured() && count > 2 ? 2 : count;
}

/* ck_assert(WHAT), and ck_assert_int_eq(CALL, WANT), where memory suffices.
 * CALL is made in any case, WHAT is not looked at otherwise. */
#define CLAIM(what)          ck_assert_msg(memory_is_tortured() || (what), "%s", #what)
#define CLAIM_IS(call, want) suite_claim((call), (want), #call, __LINE__)

void suite_claim(long is, long want, const char *call, int line);

/* How many blocks are allocated now. */
size_t memory_blocks(void);

/* Begin the pseudo-random sequence of SEED. */
void random_seed(unsigned long seed);

/* Run SCENARIO with the 1st, 2nd ... allocation failing until a run has none
 * that fails; after each run no block may be left.  SCENARIO must not assert
 * success, only sanity. */
void memory_torture(void (*scenario)(void));

#endif
