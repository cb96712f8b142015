/* quote.c - see quote.h.
 *
 * A table tells which bytes may be copied as they are, and runs of those are
 * copied at once.  A byte above ASCII is one of the run after the sequence
 * that it belongs to has been checked. */
#include "quote.h"

#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

#include "base/text.h"

/* Where a byte may be copied: in texts only, or in both. */
enum { T = 1, V = 2, B = T | V };

/* clang-format off */
static const uint8_t plain[256] = {
    ['\t'] = T,
    ['\n'] = T,
    /*   !  "  #  $  %  &  '  (  )  *  +  ,  -  .  / */
    [' '] = B, B, T, B, B, B, 0, T, B, B, B, B, B, B, B, B,
    /* the digits, then : ; < = > ? */
    ['0'] = B, B, B, B, B, B, B, B, B, B, B, B, 0, B, 0, B,
    ['@'] = B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
    ['P'] = B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
    ['`'] = B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
    ['p'] = B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
};
/* clang-format on */

/* What is written instead; nothing for what XML cannot hold at all. */
typedef struct reference {
    char text[7];
    uint8_t len;
} reference;

static const reference references[128] = {
    ['&'] = { "&amp;", 5 },   ['<'] = { "&lt;", 4 },   ['>'] = { "&gt;", 4 },
    ['\''] = { "&apos;", 6 }, ['"'] = { "&quot;", 6 }, ['\t'] = { "&#9;", 4 },
    ['\n'] = { "&#10;", 5 },  ['\r'] = { "&#13;", 5 }
};

/* Behind the bytes above ASCII that begin at AT; NULL if they are no XML. */
static const char *skip_wide(const char *at, const char *end)
{
    const char *p = at;

    while (p < end && (uint8_t)*p >= 0x80) {
        p++;
    }
    return lq_utf8_valid_xml(at, (size_t)(p - at)) ? p : NULL;
}

static inline const char *skip_plain(const char *at, const char *end,
                                     unsigned where)
{
    const uint8_t *p = (const uint8_t *)at;
    const uint8_t *last = (const uint8_t *)end;

    while (last - p >= 4 &&
           (plain[p[0]] & plain[p[1]] & plain[p[2]] & plain[p[3]] & where)) {
        p += 4;
    }
    while (p < last && (plain[*p] & where)) {
        p++;
    }
    return (const char *)p;
}

/* Behind all that may be copied from AT on; NULL for an error. */
static const char *skip_valid(const char *at, const char *end, unsigned where)
{
    at = skip_plain(at, end, where);
    while (at != NULL && at < end && (uint8_t)*at >= 0x80) {
        at = skip_wide(at, end);
        at = at == NULL ? NULL : skip_plain(at, end, where);
    }
    return at;
}

int lq_quote_failure(const lq_buffer *out, size_t len)
{
    return len > out->limit - lq_buffer_len(out) ? LQ_E_FULL : LQ_E_NOMEM;
}

static inline int quote_run(lq_buffer *out, const char *run, size_t len,
                            const reference *behind)
{
    size_t total = len + behind->len;
    char *room = lq_buffer_reserve(out, total);

    if (room == NULL) {
        return lq_quote_failure(out, total);
    }
    memcpy(room, run, len);
    memcpy(room + len, behind->text, behind->len);
    out->tail += total;
    return LQ_OK;
}

/* Append TEXT with references instead of what may not stand WHERE, and at the
 * end FINISH. */
static int quote(lq_buffer *out, const char *text, size_t len, unsigned where,
                 const reference *finish)
{
    const char *end = text + len;
    const char *stop = skip_valid(text, end, where);

    while (stop != NULL && stop < end) {
        const reference *behind = &references[(uint8_t)*stop];
        int rv = behind->len == 0
                     ? LQ_E_ARGUMENT
                     : quote_run(out, text, (size_t)(stop - text), behind);

        if (rv != LQ_OK) {
            return rv;
        }
        text = stop + 1;
        stop = skip_valid(text, end, where);
    }
    return stop == NULL ? LQ_E_ARGUMENT
                        : quote_run(out, text, (size_t)(end - text), finish);
}

int lq_quote_text(lq_buffer *out, const char *text, size_t len)
{
    static const reference nothing = { "", 0 };

    return len == 0 ? LQ_OK : quote(out, text, len, T, &nothing);
}

int lq_quote_value(lq_buffer *out, const char *text)
{
    static const reference mark = { "'", 1 };

    return quote(out, text, strlen(text), V, &mark);
}
