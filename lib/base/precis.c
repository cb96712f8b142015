/* precis.c - see precis.h.
 *
 * A profile is a list of steps over an array of code points, each of which
 * checks or changes it: RFC 8264, section 7.  The list is gone through until
 * nothing changes any more, since a later step may produce what an earlier one
 * would have refused ("<" and U+0338 compose to U+226E).
 *
 * What is prepared may be a password, so no array is left behind unwiped; and
 * none grows, which would leave copies. */
#include "precis.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <loquat/base.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "array.h"
#include "codepoint.h"
#include "memory.h"
#include "text.h"

#define TEXT_MAX   65536 /* bytes; more than any user of a profile has */
#define ROUNDS_MAX 4     /* RFC 8264, section 7: three more than the first */

typedef lq_buffer chars; /* of uint32_t, always at its front */

typedef int step(chars *text);

static uint32_t *chars_all(const chars *text)
{
    return (uint32_t *)(void *)text->data;
}

static size_t chars_count(const chars *text)
{
    return lq_buffer_len(text) / sizeof(uint32_t);
}

static void chars_clear(chars *text)
{
    lq_wipe(text->data, text->size);
    lq_buffer_clear(text);
}

/* None yet, and room for COUNT > 0. */
static int chars_init(chars *text, size_t count)
{
    lq_buffer_init(text, count * sizeof(uint32_t));
    return lq_buffer_reserve(text, text->limit) == NULL ? LQ_E_NOMEM : LQ_OK;
}

static void chars_add(chars *text, const uint32_t *more, size_t count)
{
    memcpy(text->data + text->tail, more, count * sizeof(*more));
    lq_buffer_commit(text, count * sizeof(*more));
}

static int chars_copy(chars *copy, const uint32_t *all, size_t count)
{
    int rv = chars_init(copy, count);

    if (rv == LQ_OK) {
        chars_add(copy, all, count);
    }
    return rv;
}

static bool chars_equal(const chars *a, const chars *b)
{
    return lq_buffer_len(a) == lq_buffer_len(b) &&
           memcmp(a->data, b->data, lq_buffer_len(a)) == 0;
}

/* Take over what REPLACEMENT holds. */
static void chars_become(chars *text, const chars *replacement)
{
    chars_clear(text);
    *text = *replacement;
}

static int chars_decode(chars *text, const char *utf8, size_t len)
{
    const uint8_t *at = (const uint8_t *)utf8;
    int rv = chars_init(text, len);

    while (rv == LQ_OK && len > 0) {
        uint32_t c;
        size_t step_len = (size_t)u8_mbtouc_unsafe(&c, at, len);

        chars_add(text, &c, 1);
        at += step_len;
        len -= step_len;
    }
    return rv;
}

static int chars_encode(const chars *text, lq_buffer *out)
{
    size_t before = lq_buffer_len(out);
    int rv = LQ_OK;

    for (size_t i = 0; i < chars_count(text) && rv == LQ_OK; i++) {
        uint8_t utf8[6];
        int len = u8_uctomb(utf8, chars_all(text)[i], sizeof(utf8));

        rv = lq_buffer_append(out, utf8, (size_t)len);
    }
    if (rv < 0) {
        lq_buffer_truncate(out, before);
    }
    return rv;
}

/* RFC 8265, 3.3.1: fullwidth and halfwidth forms become what they are of. */
static int map_width(chars *text)
{
    uint32_t *all = chars_all(text);

    for (size_t i = 0; i < chars_count(text); i++) {
        uint32_t form[UC_DECOMPOSITION_MAX_LENGTH];
        int tag;

        if (uc_decomposition(all[i], &tag, form) == 1 &&
            (tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW)) {
            all[i] = form[0];
        }
    }
    return LQ_OK;
}

/* RFC 8265, 4.2.2: one kind of space. */
static int map_spaces(chars *text)
{
    uint32_t *all = chars_all(text);

    for (size_t i = 0; i < chars_count(text); i++) {
        if (uc_is_general_category_withtable(all[i], UC_CATEGORY_MASK_Zs)) {
            all[i] = ' ';
        }
    }
    return LQ_OK;
}

/* RFC 8264, 5.2.3.  One by one, because the final sigma gets no special
 * treatment (RFC 8265, 3.5); U+0130 becomes two. */
static int map_case(chars *text)
{
    size_t count = chars_count(text);
    chars lower;

    if (chars_init(&lower, count * 2) < 0) {
        return LQ_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t mapped[2];
        size_t len = LQ_COUNT(mapped);

        if (u32_tolower(chars_all(text) + i, 1, NULL, NULL, mapped, &len) !=
            mapped) {
            chars_clear(&lower);
            return LQ_E_NOMEM;
        }
        chars_add(&lower, mapped, len);
    }
    chars_become(text, &lower);
    return LQ_OK;
}

/* Normalization form C. */
static int compose(chars *text)
{
    size_t len;
    chars composed;
    uint32_t *all = u32_normalize(UNINORM_NFC, chars_all(text),
                                  chars_count(text), NULL, &len);
    int rv = all == NULL ? LQ_E_NOMEM : chars_copy(&composed, all, len);

    if (rv == LQ_OK) {
        chars_become(text, &composed);
    }
    if (all != NULL) {
        lq_wipe(all, len * sizeof(*all));
        free(all);
    }
    return rv;
}

static int check_class(const chars *text, lq_codepoint_class least)
{
    for (size_t i = 0; i < chars_count(text); i++) {
        if (lq_codepoint_classify(chars_all(text)[i]) < least) {
            return LQ_E_ARGUMENT;
        }
    }
    return lq_context_holds(chars_all(text), chars_count(text)) ? LQ_OK
                                                                : LQ_E_ARGUMENT;
}

static int check_identifier(chars *text)
{
    return check_class(text, LQ_CODEPOINT_CONTEXT);
}

static int check_freeform(chars *text)
{
    return check_class(text, LQ_CODEPOINT_FREEFORM);
}

static int check_direction(chars *text)
{
    return lq_bidi_holds(chars_all(text), chars_count(text)) ? LQ_OK
                                                             : LQ_E_ARGUMENT;
}

static step *const username_case_mapped[] = {
    map_width, check_identifier, map_case, compose, check_direction, NULL,
};

static step *const opaque_string[] = {
    check_freeform,
    map_spaces,
    compose,
    NULL,
};

static int steps_apply(step *const *steps, chars *text)
{
    int rv = LQ_OK;

    for (; *steps != NULL && rv == LQ_OK; steps++) {
        rv = (*steps)(text);
    }
    return rv;
}

static int steps_repeat(step *const *steps, chars *text)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        chars before;
        bool stable;
        int rv = chars_copy(&before, chars_all(text), chars_count(text));

        if (rv < 0) {
            return rv;
        }
        rv = steps_apply(steps, text);
        stable = chars_equal(&before, text);
        chars_clear(&before);
        if (rv < 0 || stable) {
            return rv;
        }
    }
    return LQ_E_ARGUMENT;
}

static int prepare(step *const *steps, lq_buffer *out, const char *utf8,
                   size_t len)
{
    chars text;
    int rv;

    if (len == 0 || len > TEXT_MAX || !lq_utf8_valid(utf8, len)) {
        return len > TEXT_MAX ? LQ_E_FULL : LQ_E_ARGUMENT;
    }
    rv = chars_decode(&text, utf8, len);
    if (rv == LQ_OK) {
        rv = steps_repeat(steps, &text);
    }
    if (rv == LQ_OK) {
        rv = chars_encode(&text, out);
    }
    chars_clear(&text);
    return rv;
}

int lq_precis_username(lq_buffer *out, const char *text, size_t len)
{
    return prepare(username_case_mapped, out, text, len);
}

int lq_precis_opaque(lq_buffer *out, const char *text, size_t len)
{
    return prepare(opaque_string, out, text, len);
}
