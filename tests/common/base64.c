/* base64.c - see base64.h. */
#include "base64.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const gnutls_datum_t *datum)
{
    char *text = calloc(1, datum->size + 1);

    memcpy(text, datum->data, datum->size);
    return text;
}

char *base64_write(const void *bytes, size_t len)
{
    gnutls_datum_t in = { (unsigned char *)bytes, (unsigned)len }, out;
    char *text;

    if (len == 0 || gnutls_base64_encode2(&in, &out) < 0) {
        return calloc(1, 1);
    }
    text = copy(&out);
    gnutls_free(out.data);
    return text;
}

char *base64_read(const char *base64, size_t *len)
{
    gnutls_datum_t in = { (unsigned char *)base64, (unsigned)strlen(base64) };
    gnutls_datum_t out;
    char *text;

    if (gnutls_base64_decode2(&in, &out) < 0) {
        return NULL;
    }
    text = copy(&out);
    *len = out.size;
    gnutls_free(out.data);
    return text;
}
