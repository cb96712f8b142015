/* octets.c - see octets.h. */
#include "octets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void octets_reserve(octets *t, size_t more)
{
    if (t->room < t->len + more + 1) {
        t->room = 2 * (t->len + more + 1);
        t->bytes = realloc(t->bytes, t->room);
    }
}

void octets_add(octets *t, const void *bytes, size_t len)
{
    octets_reserve(t, len);
    if (len > 0) {
        memcpy(t->bytes + t->len, bytes, len);
    }
    t->len += len;
    t->bytes[t->len] = '\0';
}

void octets_print(octets *t, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    octets_reserve(t, (size_t)len);
    va_start(arguments, format);
    vsnprintf(t->bytes + t->len, (size_t)len + 1, format, arguments);
    va_end(arguments);
    t->len += (size_t)len;
}

void octets_drop(octets *t, size_t len)
{
    if (len > 0) {
        memmove(t->bytes, t->bytes + len, t->len - len + 1);
        t->len -= len;
    }
}

void octets_clear(octets *t)
{
    free(t->bytes);
    *t = (octets){ .len = 0 };
}
