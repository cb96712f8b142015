/* compare.h - a stream as we read it, beside other readers. */
#ifndef TESTS_COMPARE_H
#define TESTS_COMPARE_H

#include <stddef.h>

/* Read a stream from its header on by framer and parser, and claim that expat
 * and libxml2 read the same elements.  READER is the header, if it is one that
 * "</stream:stream>" ends; NULL: libxml2's reader is not asked. */
void compare_stream(const char *bytes, size_t len, const char *reader);

#endif
