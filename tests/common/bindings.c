/* bindings.c - see bindings.h. */
#include "bindings.h"

#include <stdio.h>
#include <string.h>

static int binding_find(const binding_set *b, const char *type)
{
    int i = 0;

    while (i < b->count && strcmp(b->all[i].type, type) != 0) {
        i++;
    }
    return i;
}

void binding_put(binding_set *b, const char *type, const void *bytes,
                 size_t len)
{
    int i = binding_find(b, type);

    if (i < BINDINGS_MAX && len <= BINDING_SIZE) {
        snprintf(b->all[i].type, sizeof(b->all[i].type), "%s", type);
        memcpy(b->all[i].bytes, bytes, len);
        b->all[i].len = len;
        b->count += i == b->count;
    }
}

const unsigned char *binding_get(const binding_set *b, const char *type,
                                 size_t *len)
{
    int i = binding_find(b, type);

    *len = i == b->count ? 0 : b->all[i].len;
    return i == b->count ? NULL : b->all[i].bytes;
}
