/* bindings.h - the channel bindings that a connection has, by their names. */
#ifndef TESTS_BINDINGS_H
#define TESTS_BINDINGS_H

#include <stddef.h>

enum { BINDINGS_MAX = 4, BINDING_SIZE = 64 };

typedef struct binding_set {
    struct {
        char type[24]; /* "tls-exporter" */
        unsigned char bytes[BINDING_SIZE];
        size_t len;
    } all[BINDINGS_MAX];
    int count;
} binding_set;

/* From now on TYPE is these bytes; what is too much is dropped. */
void binding_put(binding_set *b, const char *type, const void *bytes,
                 size_t len);

/* NULL: there is no such type. */
const unsigned char *binding_get(const binding_set *b, const char *type,
                                 size_t *len);

#endif
