/* codepoint.c - which code points PRECIS allows: RFC 8264, sections 8 and 9.
 *
 * The property is derived, as there, by the first of a list of categories that
 * a code point is in; what they consist of is up to libunistring's version of
 * Unicode.  Only the exceptions are given by name. */
#include "codepoint.h"

#include <unictype.h>
#include <uninorm.h>

#include "array.h"

typedef struct range {
    uint32_t first, last;
} range;

/* 9.6 (F), out of RFC 5892, section 2.6 */
static const struct {
    range range;
    lq_codepoint_class class;
} exceptions[] = {
    { { 0x00B7, 0x00B7 }, LQ_CODEPOINT_CONTEXT },
    { { 0x00DF, 0x00DF }, LQ_CODEPOINT_VALID },
    { { 0x0375, 0x0375 }, LQ_CODEPOINT_CONTEXT },
    { { 0x03C2, 0x03C2 }, LQ_CODEPOINT_VALID },
    { { 0x05F3, 0x05F4 }, LQ_CODEPOINT_CONTEXT },
    { { 0x0640, 0x0640 }, LQ_CODEPOINT_DISALLOWED },
    { { 0x0660, 0x0669 }, LQ_CODEPOINT_CONTEXT },
    { { 0x06F0, 0x06F9 }, LQ_CODEPOINT_CONTEXT },
    { { 0x06FD, 0x06FE }, LQ_CODEPOINT_VALID },
    { { 0x07FA, 0x07FA }, LQ_CODEPOINT_DISALLOWED },
    { { 0x0F0B, 0x0F0B }, LQ_CODEPOINT_VALID },
    { { 0x3007, 0x3007 }, LQ_CODEPOINT_VALID },
    { { 0x302E, 0x302F }, LQ_CODEPOINT_DISALLOWED },
    { { 0x3031, 0x3035 }, LQ_CODEPOINT_DISALLOWED },
    { { 0x303B, 0x303B }, LQ_CODEPOINT_DISALLOWED },
    { { 0x30FB, 0x30FB }, LQ_CODEPOINT_CONTEXT },
};

static bool in_range(const range *r, uint32_t c)
{
    return c >= r->first && c <= r->last;
}

static bool has_category(uint32_t c, uint32_t mask)
{
    return uc_is_general_category_withtable(c, mask);
}

static bool is_unassigned(uint32_t c)
{
    return has_category(c, UC_CATEGORY_MASK_Cn);
}

static bool is_ascii7(uint32_t c) { return c >= 0x21 && c <= 0x7E; }

static bool is_join_control(uint32_t c)
{
    return uc_is_property_join_control(c);
}

/* 9.9 (I): Hangul_Syllable_Type L, V and T, which libunistring cannot tell */
static bool is_old_hangul_jamo(uint32_t c)
{
    static const range ranges[] = { { 0x1100, 0x11FF },
                                    { 0xA960, 0xA97C },
                                    { 0xD7B0, 0xD7FB } };

    for (size_t i = 0; i < LQ_COUNT(ranges); i++) {
        if (in_range(&ranges[i], c)) {
            return true;
        }
    }
    return false;
}

static bool is_ignorable(uint32_t c)
{
    return uc_is_property_default_ignorable_code_point(c) ||
           uc_is_property_not_a_character(c);
}

static bool is_control(uint32_t c)
{
    return has_category(c, UC_CATEGORY_MASK_Cc);
}

static bool has_compatibility(uint32_t c)
{
    uint32_t form[UC_DECOMPOSITION_MAX_LENGTH];
    size_t len = LQ_COUNT(form);

    /* One character's result fits, so this cannot fail for want of memory */
    return u32_normalize(UNINORM_NFKC, &c, 1, form, &len) == NULL || len != 1 ||
           form[0] != c;
}

static bool is_letter_or_digit(uint32_t c)
{
    return has_category(c, UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu |
                               UC_CATEGORY_MASK_Lo | UC_CATEGORY_MASK_Nd |
                               UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
                               UC_CATEGORY_MASK_Mc);
}

/* 9.18 (R), 9.14 (N), 9.15 (O), 9.16 (P): other letters and digits, spaces,
 * symbols and punctuation, which share one fate */
static bool is_freeform(uint32_t c)
{
    return has_category(c, UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl |
                               UC_CATEGORY_MASK_No | UC_CATEGORY_MASK_Me |
                               UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S |
                               UC_CATEGORY_MASK_P);
}

static const struct {
    bool (*has)(uint32_t c);
    lq_codepoint_class class;
} categories[] = {
    { is_unassigned, LQ_CODEPOINT_DISALLOWED },
    { is_ascii7, LQ_CODEPOINT_VALID },
    { is_join_control, LQ_CODEPOINT_CONTEXT },
    { is_old_hangul_jamo, LQ_CODEPOINT_DISALLOWED },
    { is_ignorable, LQ_CODEPOINT_DISALLOWED },
    { is_control, LQ_CODEPOINT_DISALLOWED },
    { has_compatibility, LQ_CODEPOINT_FREEFORM },
    { is_letter_or_digit, LQ_CODEPOINT_VALID },
    { is_freeform, LQ_CODEPOINT_FREEFORM },
};

lq_codepoint_class lq_codepoint_classify(uint32_t c)
{
    for (size_t i = 0; i < LQ_COUNT(exceptions); i++) {
        if (in_range(&exceptions[i].range, c)) {
            return exceptions[i].class;
        }
    }
    for (size_t i = 0; i < LQ_COUNT(categories); i++) {
        if (categories[i].has(c)) {
            return categories[i].class;
        }
    }
    return LQ_CODEPOINT_DISALLOWED;
}
