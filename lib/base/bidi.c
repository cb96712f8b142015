/* bidi.c - the Bidi Rule of RFC 5893, section 2.
 *
 * The rule asks nothing of a text without right-to-left characters, and its
 * conditions 5 and 6 forbid these where the first character is not one.  So a
 * text with any of them must be a right-to-left text: conditions 1 to 4. */
#include <unictype.h>

#include "codepoint.h"

#define BIT(class) (UINT32_C(1) << (class))

static const uint32_t beginning = BIT(UC_BIDI_R) | BIT(UC_BIDI_AL);
static const uint32_t rightward =
    BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_AN);
static const uint32_t ending =
    BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_EN) | BIT(UC_BIDI_AN);
static const uint32_t allowed =
    BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_AN) | BIT(UC_BIDI_EN) |
    BIT(UC_BIDI_ES) | BIT(UC_BIDI_CS) | BIT(UC_BIDI_ET) | BIT(UC_BIDI_ON) |
    BIT(UC_BIDI_BN) | BIT(UC_BIDI_NSM);
static const uint32_t both_numbers = BIT(UC_BIDI_EN) | BIT(UC_BIDI_AN);

static uint32_t class_bit(uint32_t c) { return BIT(uc_bidi_class(c)); }

bool lq_bidi_holds(const uint32_t *text, size_t len)
{
    uint32_t seen = 0;
    size_t end = len;

    for (size_t i = 0; i < len; i++) {
        seen |= class_bit(text[i]);
    }
    if ((seen & rightward) == 0) {
        return true;
    }
    while (end > 0 && class_bit(text[end - 1]) == BIT(UC_BIDI_NSM)) {
        end--;
    }
    return (class_bit(text[0]) & beginning) != 0 && (seen & ~allowed) == 0 &&
           end > 0 && (class_bit(text[end - 1]) & ending) != 0 &&
           (seen & both_numbers) != both_numbers;
}
