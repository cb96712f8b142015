/* suite.c - see suite.h. */
#include "suite.h"

#include <stdint.h>

#define TIMEOUT 60 /* seconds for one test, sanitizers and all */

static const size_t chunks[] = { 1, 7, SIZE_MAX };

#define CHUNKS ((int)(sizeof(chunks) / sizeof(chunks[0])))

size_t suite_chunk(int index) { return chunks[index]; }

static int suite_run(const char *name, const TTest *const *tests, int times)
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(all, TIMEOUT);
    for (; *tests != NULL; tests++) {
        tcase_add_loop_test(all, *tests, 0, times);
    }
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
