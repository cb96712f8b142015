/* child.h - the program that is killed. */
#ifndef TESTS_KILLS_CHILD_H
#define TESTS_KILLS_CHILD_H

#include <stdbool.h>

#include "place.h"

#define CHILD_USER     "alice"
#define CHILD_RESOURCE "killed"
#define CHILD_PEER     "bob"
#define PEER_RESOURCE  "counts"

/* Go on from what is stored in the file PATH: send numbers and note those that
 * come, without end; or, if it is the LAST time, send none, and stop when
 * nothing comes any more.  The exit status. */
int child_run(const place *where, const char *path, bool last);

#endif
