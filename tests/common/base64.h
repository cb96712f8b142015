/* base64.h - base64 as GnuTLS writes and reads it, so that ours is not its own
 * judge. */
#ifndef TESTS_BASE64_H
#define TESTS_BASE64_H

#include <stddef.h>

/* To be freed; "" for no bytes. */
char *base64_write(const void *bytes, size_t len);

/* To be freed, with a NUL behind it; NULL if it is none. */
char *base64_read(const char *base64, size_t *len);

#endif
