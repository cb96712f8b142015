/* libraries.h - the libraries below, with a doorkeeper.
 *
 * In test_libraries each call of the library's that libraries.list says can
 * fail goes through libraries.c, which counts it and turns away whom the test
 * names: what it would have done is not done, and it says that memory ran out,
 * or whatever is as likely.  Calls that the test's own server makes do not go
 * there. */
#ifndef TESTS_LIBRARIES_H
#define TESTS_LIBRARIES_H

#include <stdbool.h>

/* Make the N-th call from now (1 is the next) and, if ALL_AFTER, each later
 * one fail; 0 stops that. */
void libraries_fail(unsigned long n, bool all_after);

/* The first that failed since, or NULL. */
const char *libraries_failed(void);

/* Whether NAME has been called, since the process began. */
bool libraries_called(const char *name);

/* Those that fail, NULL at the end. */
extern const char *const libraries_failing[];

/* What is wrong with libraries.list; "" if nothing is. */
extern const char libraries_unlisted[];

#endif
