/* context.c - characters that are allowed in certain company only: RFC 5892,
 * appendix A.
 *
 * Most ask for a neighbour.  Two rules are about the text as a whole; what
 * they need is gathered in one pass, so that a long text costs linear time. */
#include <string.h>

#include <unictype.h>

#include "array.h"
#include "codepoint.h"

static bool is_script(uint32_t c, const char *name)
{
    const uc_script_t *script = uc_script(c);

    return script != NULL && strcmp(script->name, name) == 0;
}

static bool follows_virama(const uint32_t *text, size_t at)
{
    return at > 0 && uc_combining_class(text[at - 1]) == UC_CCC_VR;
}

/* Whether the nearest character that is not transparent, going by STEP, has
 * the joining type THIS or D. */
static bool joins(const uint32_t *text, size_t len, size_t at, size_t step,
                  int this)
{
    int type = UC_JOINING_TYPE_T;

    while (type == UC_JOINING_TYPE_T) {
        at += step; /* unsigned: (size_t)-1 goes back */
        if (at >= len) {
            return false;
        }
        type = uc_joining_type(text[at]);
    }
    return type == this || type == UC_JOINING_TYPE_D;
}

/* A.1: after a virama, or between letters whose shapes it parts */
static bool non_joiner_holds(const uint32_t *text, size_t len, size_t at)
{
    return follows_virama(text, at) ||
           (joins(text, len, at, (size_t)-1, UC_JOINING_TYPE_L) &&
            joins(text, len, at, 1, UC_JOINING_TYPE_R));
}

/* A.2 */
static bool joiner_holds(const uint32_t *text, size_t len, size_t at)
{
    (void)len;
    return follows_virama(text, at);
}

/* A.3: Catalan l·l */
static bool middle_dot_holds(const uint32_t *text, size_t len, size_t at)
{
    return at > 0 && text[at - 1] == 'l' && at + 1 < len && text[at + 1] == 'l';
}

/* A.4: before a Greek character */
static bool keraia_holds(const uint32_t *text, size_t len, size_t at)
{
    return at + 1 < len && is_script(text[at + 1], "Greek");
}

/* A.5, A.6: after a Hebrew one */
static bool geresh_holds(const uint32_t *text, size_t len, size_t at)
{
    (void)len;
    return at > 0 && is_script(text[at - 1], "Hebrew");
}

static const struct {
    uint32_t c;
    bool (*holds)(const uint32_t *text, size_t len, size_t at);
} rules[] = {
    { 0x200C, non_joiner_holds }, { 0x200D, joiner_holds },
    { 0x00B7, middle_dot_holds }, { 0x0375, keraia_holds },
    { 0x05F3, geresh_holds },     { 0x05F4, geresh_holds },
};

static bool neighbours_hold(const uint32_t *text, size_t len, size_t at)
{
    for (size_t i = 0; i < LQ_COUNT(rules); i++) {
        if (text[at] == rules[i].c) {
            return rules[i].holds(text, len, at);
        }
    }
    return true;
}

bool lq_context_holds(const uint32_t *text, size_t len)
{
    bool katakana_dot = false, japanese = false;
    bool arabic_indic = false, extended_arabic_indic = false;

    for (size_t i = 0; i < len; i++) {
        uint32_t c = text[i];

        if (!neighbours_hold(text, len, i)) {
            return false;
        }
        katakana_dot |= c == 0x30FB;
        japanese |= is_script(c, "Hiragana") || is_script(c, "Katakana") ||
                    is_script(c, "Han");
        arabic_indic |= c >= 0x0660 && c <= 0x0669;
        extended_arabic_indic |= c >= 0x06F0 && c <= 0x06F9;
    }
    /* A.7; A.8 and A.9 */
    return (!katakana_dot || japanese) &&
           !(arabic_indic && extended_arabic_indic);
}
