/* address.c - see address.h.
 *
 * Two canonical addresses are equal if their bytes are; only for others is a
 * JID made of both. */
#include "address.h"

#include <string.h>

#include "part.h"
#include "text.h"

size_t lq_address_bare_len(const char *text) { return strcspn(text, "/"); }

static bool part_is_canonical(const lq_part *part, int which)
{
    if (!lq_part_is_plain(part, which)) {
        return false;
    }
    for (size_t i = 0; lq_part_folds(which) && i < part->len; i++) {
        if (part->text[i] >= 'A' && part->text[i] <= 'Z') {
            return false;
        }
    }
    return true;
}

bool lq_address_is_canonical(const char *text)
{
    lq_part parts[LQ_PARTS];

    lq_part_split(parts, text);
    for (int i = 0; i < LQ_PARTS; i++) {
        if (parts[i].text != NULL && !part_is_canonical(&parts[i], i)) {
            return false;
        }
    }
    return true;
}

static bool parsed_equal(const char *a, const char *b,
                         bool (*equal)(const lq_jid *, const lq_jid *))
{
    lq_jid *x = lq_jid_parse(a, NULL);
    lq_jid *y = lq_jid_parse(b, NULL);
    bool rv = x != NULL && y != NULL && equal(x, y);

    lq_jid_free(x);
    lq_jid_free(y);
    return rv;
}

static bool both_canonical(const char *a, const char *b)
{
    return lq_address_is_canonical(a) && lq_address_is_canonical(b);
}

bool lq_address_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL || strcmp(a, b) == 0) {
        return lq_text_equal(a, b);
    }
    return !both_canonical(a, b) && parsed_equal(a, b, lq_jid_equal);
}

bool lq_address_equal_bare(const char *a, const char *b)
{
    size_t len;

    if (a == NULL || b == NULL || strcmp(a, b) == 0) {
        return lq_text_equal(a, b);
    }
    if (!both_canonical(a, b)) {
        return parsed_equal(a, b, lq_jid_equal_bare);
    }
    len = lq_address_bare_len(a);
    return len == lq_address_bare_len(b) && memcmp(a, b, len) == 0;
}
