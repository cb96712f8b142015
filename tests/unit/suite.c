/* suite.c - see suite.h. */
#include "suite.h"

#include <assert.h>
#include <stdint.h>

#define TIMEOUT 60 /* seconds for one test, sanitizers and all */

static const size_t chunks[] = { 1, 7, SIZE_MAX };

#define CHUNKS ((int)(sizeof(chunks) / sizeof(chunks[0])))

size_t suite_chunk(int index) { return chunks[index]; }

enum { TORTURED_MAX = 256 };

static const TTest *tortured[TORTURED_MAX];
static int tortured_count, tortured_index;

static void torture_run(void) { tortured[tortured_index]->fn(CHUNKS - 1); }

START_TEST(survives_any_allocation_that_fails)
{
    tortured_index = _i;
    memory_torture(torture_run);
}
END_TEST

/* Without a process of its own a test would inherit what the last one left. */
static void suite_setup(void) { memory_fail(0, false); }

static Suite *suite;

void suite_begin(const char *name) { suite = suite_create(name); }

static void suite_add(const char *name, const TTest *const *tests, int times,
                      bool torture)
{
    TCase *added = tcase_create(name);
    int first = tortured_count;

    tcase_set_timeout(added, TIMEOUT);
    tcase_add_checked_fixture(added, suite_setup, NULL);
    for (; *tests != NULL; tests++) {
        tcase_add_loop_test(added, *tests, 0, times);
        if (torture) {
            assert(tortured_count < TORTURED_MAX);
            tortured[tortured_count++] = *tests;
        }
    }
    tcase_add_loop_test(added, survives_any_allocation_that_fails, first,
                        tortured_count);
    suite_add_tcase(suite, added);
}

void suite_add_chunked(const char *name, const TTest *const *tests)
{
    suite_add(name, tests, CHUNKS, false);
}

void suite_add_tortured(const char *name, const TTest *const *tests)
{
    suite_add(name, tests, CHUNKS, true);
}

int suite_end(void)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

static int suite_run(const char *name, const TTest *const *tests, int times,
                     bool torture)
{
    suite_begin(name);
    suite_add(name, tests, times, torture);
    return suite_end();
}

int suite_main(const char *name, const TTest *const *tests)
{
    return suite_run(name, tests, 1, false);
}

int suite_main_chunked(const char *name, const TTest *const *tests)
{
    return suite_run(name, tests, CHUNKS, false);
}

int suite_main_tortured(const char *name, const TTest *const *tests)
{
    return suite_run(name, tests, CHUNKS, true);
}

void suite_claim(long is, long want, const char *call, int line)
{
    ck_assert_msg(memory_is_tortured() || is == want,
                  "line %d: %s is %ld, not %ld", line, call, is, want);
}
