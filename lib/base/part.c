/* part.c - see part.h. */
#include "part.h"

#include <string.h>

#include <loquat/base.h>

#include "domain.h"
#include "precis.h"
#include "text.h"

/* Nothing shrinks to less than a quarter when it is prepared; what is longer
 * need not be looked at. */
#define INPUT_MAX (4 * LQ_PART_MAX)

/* RFC 7622, 3.3.1: what else a localpart may not hold. */
static const char forbidden[] = "\"&'/:<>@";

void lq_part_split(lq_part parts[LQ_PARTS], const char *text)
{
    const char *slash = strchr(text, '/');
    size_t bare = slash != NULL ? (size_t)(slash - text) : strlen(text);
    const char *at = memchr(text, '@', bare);

    memset(parts, 0, LQ_PARTS * sizeof(*parts));
    if (slash != NULL) {
        parts[LQ_PART_RESOURCE] = (lq_part){ slash + 1, strlen(slash + 1) };
    }
    if (at != NULL) {
        parts[LQ_PART_LOCAL] = (lq_part){ text, (size_t)(at - text) };
        bare -= parts[LQ_PART_LOCAL].len + 1;
        text = at + 1;
    }
    parts[LQ_PART_DOMAIN] = (lq_part){ text, bare };
}

static bool is_ascii_text(const lq_part *part, char least)
{
    for (size_t i = 0; i < part->len; i++) {
        if (part->text[i] < least || part->text[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool has_forbidden(const lq_part *part)
{
    for (size_t i = 0; i < part->len; i++) {
        if (memchr(forbidden, part->text[i], sizeof(forbidden) - 1) != NULL) {
            return true;
        }
    }
    return false;
}

bool lq_part_is_plain(const lq_part *part, int which)
{
    if (part->len == 0 || part->len > LQ_PART_MAX) {
        return false;
    }
    switch (which) {
    case LQ_PART_LOCAL:
        return is_ascii_text(part, '!') && !has_forbidden(part);
    case LQ_PART_DOMAIN:
        return lq_domain_is_plain(part->text, part->len);
    default:
        return is_ascii_text(part, ' ');
    }
}

bool lq_part_folds(int which) { return which != LQ_PART_RESOURCE; }

static int part_enforce(const lq_part *part, int which, lq_buffer *memory)
{
    switch (which) {
    case LQ_PART_LOCAL:
        return lq_precis_username(memory, part->text, part->len);
    case LQ_PART_DOMAIN:
        return lq_domain_prepare(memory, part->text, part->len);
    default:
        return lq_precis_opaque(memory, part->text, part->len);
    }
}

int lq_part_problem(int which, int reason)
{
    return 1 + which * LQ_PART_REASONS + reason;
}

/* The way for all that is not plain. */
static int part_rewrite(lq_part *part, int which, lq_buffer *memory)
{
    int rv;

    if (part->len > (which == LQ_PART_DOMAIN ? LQ_PART_MAX : INPUT_MAX)) {
        return lq_part_problem(which, LQ_PART_LONG);
    }
    if (!lq_utf8_valid(part->text, part->len)) {
        return lq_part_problem(which, LQ_PART_ENCODING);
    }
    rv = part_enforce(part, which, memory);
    if (rv == LQ_E_FULL) {
        return lq_part_problem(which, LQ_PART_LONG);
    }
    if (rv == LQ_E_ARGUMENT) {
        return lq_part_problem(which, LQ_PART_REFUSED);
    }
    *part = (lq_part){ lq_buffer_bytes(memory), lq_buffer_len(memory) };
    return rv;
}

int lq_part_prepare(lq_part *part, int which, lq_buffer *memory)
{
    int rv = LQ_OK;

    lq_buffer_init(memory, LQ_PART_MAX);
    /* RFC 7622, 3.2: a final dot is not part of the name */
    if (which == LQ_PART_DOMAIN && part->len > 0 &&
        part->text[part->len - 1] == '.') {
        part->len--;
    }
    if (part->len == 0) {
        return lq_part_problem(which, LQ_PART_EMPTY);
    }
    if (!lq_part_is_plain(part, which)) {
        rv = part_rewrite(part, which, memory);
    }
    if (rv == LQ_OK && which == LQ_PART_LOCAL && has_forbidden(part)) {
        rv = lq_part_problem(which, LQ_PART_REFUSED);
    }
    return rv;
}
