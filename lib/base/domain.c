/* domain.c - see domain.h.
 *
 * Plain names are judged here.  All others take the way through libidn2 to
 * their A-labels, which must be a plain name but for these, and back: so two
 * spellings of one name end as the same U-labels. */
#include "domain.h"

#include <string.h>

#include <idn2.h>
#include <loquat/base.h>

#include "memory.h"
#include "text.h"

#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */

/* The underscore is no host name's by the book, but some servers' in fact. */
static bool is_label_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool label_is_valid(const char *label, size_t len)
{
    if (len == 0 || len > LABEL_MAX || label[0] == '-' ||
        label[len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_label_char(label[i])) {
            return false;
        }
    }
    return true;
}

static bool label_is_encoded(const char *label, size_t len)
{
    return len >= 4 && (label[0] == 'x' || label[0] == 'X') &&
           (label[1] == 'n' || label[1] == 'N') && label[2] == '-' &&
           label[3] == '-';
}

static bool name_is_valid(const char *name, size_t len, bool encoded)
{
    const char *end = name + len;

    for (;;) {
        const char *dot = memchr(name, '.', (size_t)(end - name));
        size_t label = (size_t)((dot != NULL ? dot : end) - name);

        if (!label_is_valid(name, label) ||
            (!encoded && label_is_encoded(name, label))) {
            return false;
        }
        if (dot == NULL) {
            return true;
        }
        name = dot + 1;
    }
}

static bool is_ipv6_literal(const char *text, size_t len)
{
    return len > 2 && text[0] == '[' && text[len - 1] == ']' &&
           lq_ipv6_is_valid(text + 1, len - 2);
}

bool lq_domain_is_plain(const char *text, size_t len)
{
    return name_is_valid(text, len, false) || is_ipv6_literal(text, len);
}

static int idn_error(int rv)
{
    return rv == IDN2_MALLOC ? LQ_E_NOMEM : LQ_E_ARGUMENT;
}

/* The A-labels of NAME: RFC 5891, and the mapping of UTS #46 before it. */
static int name_encode(const char *name, uint8_t **encoded)
{
    int rv = idn2_lookup_u8((const uint8_t *)name, encoded,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    if (rv != IDN2_OK) {
        return idn_error(rv);
    }
    /* libidn2 lets most of ASCII pass */
    if (!name_is_valid((char *)*encoded, strlen((char *)*encoded), true)) {
        idn2_free(*encoded);
        return LQ_E_ARGUMENT;
    }
    return LQ_OK;
}

/* Whether NAME, decoded from ENCODED, is that name: A-labels can be made of
 * anything, and are not looked into on their way here. */
static int name_check(const char *name, const uint8_t *encoded)
{
    uint8_t *again;
    int rv = name_encode(name, &again);

    if (rv == LQ_OK) {
        rv = strcmp((const char *)again, (const char *)encoded) == 0
                 ? LQ_OK
                 : LQ_E_ARGUMENT;
        idn2_free(again);
    }
    return rv;
}

static int name_decode(lq_buffer *out, const uint8_t *encoded)
{
    char *name;
    int rv = idn2_to_unicode_8z8z((const char *)encoded, &name, 0);

    if (rv != IDN2_OK) {
        return idn_error(rv);
    }
    rv = name_check(name, encoded);
    rv = rv < 0 ? rv : lq_buffer_append(out, name, strlen(name));
    idn2_free(name);
    return rv;
}

int lq_domain_prepare(lq_buffer *out, const char *text, size_t len)
{
    char *name;
    uint8_t *encoded;
    int rv;

    if (!lq_utf8_valid(text, len)) {
        return LQ_E_ARGUMENT;
    }
    name = lq_strndup(text, len);
    if (name == NULL) {
        return LQ_E_NOMEM;
    }
    rv = name_encode(name, &encoded);
    lq_free(name);
    if (rv == LQ_OK) {
        rv = name_decode(out, encoded);
        idn2_free(encoded);
    }
    return rv;
}
