/* suite.c - see suite.h. */
#include "suite.h"

#include <stdint.h>

#define TIMEOUT 60 /* seconds for one test, sanitizers and all */

static const size_t chunks[] = { 1, 7, SIZE_MAX };

#define CHUNKS ((int)(sizeof(chunks) / sizeof(chunks[0])))

size_t suite_chunk(int index) { return chunks[index]; }

static const TTest *const *tortured; /* NULL: none */
static int tortured_index;

static void torture_run(void) { tortured[tortured_index]->fn(CHUNKS - 1); }

START_TEST(survives_any_allocation_that_fails)
{
    tortured_index = _i;
    memory_torture(torture_run);
}
END_TEST

static int suite_count(const TTest *const *tests)
{
    int count = 0;

    while (tests != NULL && tests[count] != NULL) {
        count++;
    }
    return count;
}

/* Without a process of its own a test would inherit what the last one left. */
static void suite_setup(void) { memory_fail(0, false); }

static int suite_run(const char *name, const TTest *const *tests, int times)
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(all, TIMEOUT);
    tcase_add_checked_fixture(all, suite_setup, NULL);
    for (; *tests != NULL; tests++) {
        tcase_add_loop_test(all, *tests, 0, times);
    }
    tcase_add_loop_test(all, survives_any_allocation_that_fails, 0,
                        suite_count(tortured));
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

int suite_main(const char *name, const TTest *const *tests)
{
    return suite_run(name, tests, 1);
}

int suite_main_chunked(const char *name, const TTest *const *tests)
{
    return suite_run(name, tests, CHUNKS);
}

int suite_main_tortured(const char *name, const TTest *const *tests)
{
    tortured = tests;
    return suite_run(name, tests, CHUNKS);
}

void suite_claim(long is, long want, const char *call, int line)
{
    ck_assert_msg(memory_is_tortured() || is == want,
                  "line %d: %s is %ld, not %ld", line, call, is, want);
}
