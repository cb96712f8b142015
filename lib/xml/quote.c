/* quote.c - see quote.h.
 *
 * A table tells which bytes may be copied as they are; each is looked at and
 * copied in one go.  What stands above ASCII is checked, and then copied. */
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

static const reference references[256] = {
    ['&'] = { "&amp;", 5 },   ['<'] = { "&lt;", 4 },   ['>'] = { "&gt;", 4 },
    ['\''] = { "&apos;", 6 }, ['"'] = { "&quot;", 6 }, ['\t'] = { "&#9;", 4 },
    ['\n'] = { "&#10;", 5 },  ['\r'] = { "&#13;", 5 }
};

int lq_quote_failure(const lq_buffer *out, size_t len)
{
    return len > out->limit - lq_buffer_len(out) ? LQ_E_FULL : LQ_E_NOMEM;
}

static int append(lq_buffer *out, const char *bytes, size_t len)
{
    char *room = lq_buffer_reserve(out, len);

    if (room == NULL) {
        return lq_quote_failure(out, len);
    }
    memcpy(room, bytes, len);
    lq_buffer_commit(out, len);
    return LQ_OK;
}

/* A text on its way: what is left of it, and room for that. */
typedef struct quoting {
    const uint8_t *from, *end;
    char *to;
    size_t spare; /* bytes of room beyond those that are left */
} quoting;

/* So much room is spare that a reference can be copied with all its bytes, and
 * a mark behind it. */
enum { SPARE_MIN = sizeof(reference) + 1 };

static inline unsigned four(const uint8_t *p)
{
    return plain[p[0]] & plain[p[1]] & plain[p[2]] & plain[p[3]];
}

/* Copy what may stand WHERE as it is.  Most of a builder's time is spent here,
 * so it takes eight bytes at a time. */
static inline quoting copy_plain(quoting q, unsigned where)
{
    size_t left = (size_t)(q.end - q.from);

    for (; left >= 8 && (four(q.from) & four(q.from + 4) & where) != 0;
         left -= 8, q.from += 8, q.to += 8) {
        memcpy(q.to, q.from, 8);
    }
    if (left >= 4 && (four(q.from) & where) != 0) {
        memcpy(q.to, q.from, 4);
        q.from += 4;
        q.to += 4;
    }
    while (q.from < q.end && (plain[*q.from] & where) != 0) {
        *q.to++ = (char)*q.from++;
    }
    return q;
}

/* Bytes above ASCII, if they are XML. */
static quoting copy_wide(quoting q)
{
    const uint8_t *p = q.from;
    size_t len;

    while (p < q.end && *p >= 0x80) {
        p++;
    }
    len = (size_t)(p - q.from);
    if (lq_utf8_valid_xml((const char *)q.from, len)) {
        memcpy(q.to, q.from, len);
        q.from += len;
        q.to += len;
    }
    return q;
}

/* As much as there is room for, and as can stand in XML. */
static inline quoting quote_most(quoting q, unsigned where)
{
    while (q.spare >= SPARE_MIN) {
        const uint8_t *from;
        const reference *instead;

        q = copy_plain(q, where);
        if (q.from == q.end) {
            break;
        }
        from = q.from;
        instead = &references[*from];
        if (instead->len == 0) {
            q = copy_wide(q);
            if (q.from == from) {
                break; /* it was not */
            }
            continue;
        }
        memcpy(q.to, instead, sizeof(*instead));
        q.to += instead->len;
        q.spare -= instead->len - 1u;
        q.from++;
    }
    return q;
}

/* The same where the buffer's limit is near: a character at a time. */
static int quote_rest(lq_buffer *out, const uint8_t *at, const uint8_t *end,
                      unsigned where, bool mark)
{
    int rv = LQ_OK;

    while (at < end && rv == LQ_OK) {
        const reference *instead = &references[*at];
        const char *bytes = (const char *)at++;
        size_t len = 1;

        if ((plain[(uint8_t)*bytes] & where) != 0) {
            rv = append(out, bytes, 1);
            continue;
        }
        if (instead->len > 0) {
            rv = append(out, instead->text, instead->len);
            continue;
        }
        for (; at < end && (*at & 0xC0) == 0x80; at++) {
            len++;
        }
        rv = len > 1 && lq_utf8_valid_xml(bytes, len) ? append(out, bytes, len)
                                                      : LQ_E_ARGUMENT;
    }
    return rv == LQ_OK && mark ? append(out, "'", 1) : rv;
}

static int quote(lq_buffer *out, const char *text, size_t len, unsigned where,
                 bool mark)
{
    quoting q = { .from = (const uint8_t *)text };

    q.end = q.from + len;
    do {
        size_t left = (size_t)(q.end - q.from);
        size_t room = lq_buffer_room(out);

        if (room < left + SPARE_MIN) {
            if (lq_buffer_reserve(out, left + SPARE_MIN) == NULL) {
                return quote_rest(out, q.from, q.end, where, mark);
            }
            room = lq_buffer_room(out);
        }
        q.to = out->data + out->tail;
        q.spare = room - left;
        q = quote_most(q, where);
        if (q.from < q.end && q.spare >= SPARE_MIN) {
            return LQ_E_ARGUMENT; /* that was not what stopped it */
        }
        out->tail = (uint32_t)(q.to - out->data);
    } while (q.from < q.end);
    if (mark) { /* for which there is room */
        *q.to = '\'';
        lq_buffer_commit(out, 1);
    }
    return LQ_OK;
}

int lq_quote_text(lq_buffer *out, const char *text, size_t len)
{
    return quote(out, text, len, T, false);
}

int lq_quote_value(lq_buffer *out, const char *text)
{
    return quote(out, text, strlen(text), V, true);
}
