/* password.c - see password.h. */
#include "sasl/password.h"

#include <gsasl.h>
#include <loquat/base.h>
#include <string.h>

#include "base/memory.h"
#include "base/precis.h"

enum { PASSWORD_MAX = 64 * 1024 };

static int password_saslprep(lq_buffer *out, const char *password)
{
    char *prepared = NULL;
    int rv = gsasl_saslprep(password, GSASL_ALLOW_UNASSIGNED, &prepared, NULL);

    if (rv == GSASL_MALLOC_ERROR) {
        return LQ_E_NOMEM;
    }
    if (rv != GSASL_OK) {
        return LQ_E_ARGUMENT;
    }
    rv = lq_buffer_append(out, prepared, strlen(prepared));
    lq_wipe(prepared, strlen(prepared));
    gsasl_free(prepared);
    return rv;
}

int lq_password_prepare(lq_buffer *out, const char *password, int preparation)
{
    int rv = preparation == LQ_PREPARE_SASLPREP
                 ? password_saslprep(out, password)
                 : lq_precis_opaque(out, password, strlen(password));

    if (rv == LQ_E_ARGUMENT) {
        rv = lq_buffer_append(out, password, strlen(password));
    }
    return rv;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (signed char)*text > 0) {
        text++;
    }
    return *text == '\0';
}

bool lq_password_is_ambiguous(const char *password)
{
    lq_buffer one, other;
    bool differ;

    if (is_ascii(password)) {
        return false;
    }
    lq_buffer_init(&one, PASSWORD_MAX);
    lq_buffer_init(&other, PASSWORD_MAX);
    differ =
        lq_password_prepare(&one, password, LQ_PREPARE_OPAQUE) == LQ_OK &&
        lq_password_prepare(&other, password, LQ_PREPARE_SASLPREP) == LQ_OK &&
        (lq_buffer_len(&one) != lq_buffer_len(&other) ||
         memcmp(lq_buffer_bytes(&one), lq_buffer_bytes(&other),
                lq_buffer_len(&one)) != 0);
    lq_buffer_wipe(&one);
    lq_buffer_wipe(&other);
    return differ;
}
