/* octets.h - bytes that grow. */
#ifndef TESTS_OCTETS_H
#define TESTS_OCTETS_H

#include <stddef.h>

typedef struct octets {
    char *bytes; /* always NUL-terminated behind LEN, NULL before the first */
    size_t len, room;
} octets;

void octets_add(octets *t, const void *bytes, size_t len);
void octets_print(octets *t, const char *format, ...);
void octets_drop(octets *t, size_t len); /* from the front */
void octets_clear(octets *t);

#endif
