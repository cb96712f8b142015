/* test_precis.c - usernames and passwords of all scripts: RFC 8265, and the
 * rules of RFC 5892, 5893 and 8264 that they rest on. */
#include "base/precis.h"

#include <string.h>

#include <loquat/base.h>

#include "base/array.h"
#include "base/codepoint.h"
#include "base/memory.h"
#include "suite.h"

typedef int profile(lq_buffer *out, const char *text, size_t len);

typedef struct row {
    const char *text;
    const char *prepared; /* NULL: refused */
} row;

static void check(profile *prepare, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        lq_buffer out;
        int rv;

        lq_buffer_init(&out, 1000);
        rv = prepare(&out, r->text, strlen(r->text));
        ck_assert_msg(rv == (r->prepared ? LQ_OK : LQ_E_ARGUMENT),
                      "row %zu, \"%s\": %d", i, r->text, rv);
        lq_buffer_append(&out, "", 1);
        ck_assert_str_eq(lq_buffer_bytes(&out), r->prepared ? r->prepared : "");
        lq_buffer_clear(&out);
    }
}

/* RFC 8265, tables 1 and 2. */
static const row usernames[] = {
    { "juliet@example.com", "juliet@example.com" },
    { "fussball", "fussball" },
    { "fußball", "fußball" },
    { "π", "π" },
    { "Σ", "σ" },
    { "σ", "σ" },
    { "ς", "ς" },
    { "foo bar", NULL },
    { "", NULL },
    { "henryⅣ", NULL },
    { "∞", NULL },
};

START_TEST(username_is_as_in_rfc_8265)
{
    check(lq_precis_username, usernames, LQ_COUNT(usernames));
}
END_TEST

/* RFC 8265, tables 3 and 4. */
static const row passwords[] = {
    { "correct horse battery staple", "correct horse battery staple" },
    { "Correct Horse Battery Staple", "Correct Horse Battery Staple" },
    { "πßå", "πßå" },
    { "Jack of ♦s", "Jack of ♦s" },
    { "foo\u1680bar", "foo bar" }, /* OGHAM SPACE MARK */
    { "", NULL },
    { "my cat is a \tby", NULL },
};

START_TEST(password_is_as_in_rfc_8265)
{
    check(lq_precis_opaque, passwords, LQ_COUNT(passwords));
}
END_TEST

static const row mapped[] = {
    { "JULIET", "juliet" }, { "ÄÖÜ", "äöü" },
    { "ΦΑΣ", "φασ" },   /* no special final sigma */
    { "İ", "i\u0307" }, /* one becomes two */
    { "ẞ", "ß" },           { "ДЖУЛЬЕТТА", "джульетта" },
    { "Ａｂｃ１", "abc1" }, /* fullwidth */
    { "ﾊﾟ", "パ" },         /* halfwidth, then composed */
    { "Å", "å" },           /* A and U+030A */
    { "e\u0301", "é" },     { "\u1100\u1161", NULL }, /* old Hangul jamo */
    { "가", "가" },         { "ﬁ", NULL },            /* compatibility */
    { "\u212B", NULL },                               /* ANGSTROM SIGN */
    { "ſ", NULL },          { "x²", NULL },
};

START_TEST(username_maps_width_case_and_form)
{
    check(lq_precis_username, mapped, LQ_COUNT(mapped));
}
END_TEST

static const row disallowed[] = {
    { "\x7F", NULL },   { "a\x01", NULL },
    { "\u00A0", NULL }, /* NO-BREAK SPACE */
    { "\u00AD", NULL }, /* SOFT HYPHEN */
    { "\u0378", NULL }, /* unassigned */
    { "\u200B", NULL }, { "\u202E", NULL },
    { "\u2028", NULL }, { "\uE000", NULL },     /* private use */
    { "\uFFFE", NULL }, { "\U0001F34E", NULL }, /* a symbol */
    { "♚", NULL },      { "ـ", NULL },          /* ARABIC TATWEEL */
    { "〮", NULL },     { "<\u0338", NULL },    /* composes to a symbol */
    { "ǅ", NULL },                              /* title case */
    { "\xFF", NULL },   { "\xED\xA0\x80", NULL },
    { "a\xC3", NULL },
};

START_TEST(username_refuses_what_is_no_letter_or_digit)
{
    check(lq_precis_username, disallowed, LQ_COUNT(disallowed));
}
END_TEST

static const row exceptional[] = {
    { "ß", "ß" },
    { "ς", "ς" },
    { "〇", "〇" },
    { "་", "་" },
};

START_TEST(exceptions_are_allowed)
{
    check(lq_precis_username, exceptional, LQ_COUNT(exceptional));
}
END_TEST

static const row contextual[] = {
    { "paral·lel", "paral·lel" },
    { "l·", NULL },
    { "·l", NULL },
    { "a·a", NULL },
    { "͵α", "͵α" }, /* GREEK LOWER NUMERAL SIGN */
    { "͵a", NULL },
    { "α͵", NULL },
    { "א׳", "א׳" }, /* HEBREW GERESH */
    { "a׳", NULL },
    { "׳א", NULL },
    { "א״ב", "א״ב" }, /* GERSHAYIM */
    { "״א", NULL },
    { "カ・カ", "カ・カ" }, /* KATAKANA MIDDLE DOT */
    { "ひ・", "ひ・" },
    { "漢・a", "漢・a" },
    { "a・b", NULL },
    { "・", NULL },
    { "ا١٢", "ا١٢" }, /* ARABIC-INDIC DIGITS */
    { "ا۱۲", "ا۱۲" }, /* extended ones */
    { "ا١۲", NULL },
    { "क्\u200Dष", "क्\u200Dष" }, /* ZWJ after virama */
    { "क्\u200Cष", "क्\u200Cष" }, /* ZWNJ after virama */
    { "a\u200Db", NULL },
    { "\u200Da", NULL },
    { "a\u200Cb", NULL },
    { "\u200C", NULL },
    { "ب\u200Cب", "ب\u200Cب" }, /* between joining letters */
    { "ب\u064B\u200C\u064Bب", "ب\u064B\u200C\u064Bب" }, /* through marks */
    { "ا\u200Cب", NULL }, /* alef does not join to the left */
    { "ب\u200C", NULL },
    { "\u200Cب", NULL },
};

START_TEST(some_characters_need_company)
{
    check(lq_precis_username, contextual, LQ_COUNT(contextual));
}
END_TEST

static const row directed[] = {
    { "אבג", "אבג" },     { "אבג1", "אבג1" },
    { "אב-ג", "אב-ג" },   { "1אבג", NULL },           /* begins with a number */
    { "-אבג", NULL },     { "אבג-", NULL },           /* ends with a neutral */
    { "אaב", NULL },                                  /* mixes directions */
    { "aאב", NULL },      { "אב\u05B0", "אב\u05B0" }, /* ends with a mark */
    { "א1١", NULL }, /* both kinds of numbers */
    { "ا١", "ا١" },       { "١", NULL },
    { "abc1-", "abc1-" }, /* nothing to ask */
};

START_TEST(username_keeps_the_bidi_rule)
{
    check(lq_precis_username, directed, LQ_COUNT(directed));
}
END_TEST

static const row opaque[] = {
    { " leading and trailing ", " leading and trailing " },
    { "a\u00A0b\u3000c", "a b c" },
    { "É", "É" },
    { "E\u0301", "É" },
    { "Ａ", "Ａ" }, /* width is kept */
    { "Ⅳ", "Ⅳ" },
    { "♚\U0001F34E", "♚\U0001F34E" },
    { "1אb", "1אb" }, /* and so is any direction */
    { "<\u0338", "\u226E" },
    { "a\u200Db", NULL },
    { "\u00AD", NULL },
    { "a\n", NULL },
    { "\u2028", NULL },
    { "\uE000", NULL },
    { "\u0378", NULL },
    { "\u1100", NULL },
    { "\xC0\x80", NULL },
};

START_TEST(opaque_text_keeps_all_but_spaces_and_form)
{
    check(lq_precis_opaque, opaque, LQ_COUNT(opaque));
}
END_TEST

START_TEST(nul_is_refused)
{
    lq_buffer out;

    lq_buffer_init(&out, 10);
    ck_assert_int_eq(lq_precis_opaque(&out, "a\0b", 3), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_precis_username(&out, "a\0b", 3), LQ_E_ARGUMENT);
    lq_buffer_clear(&out);
}
END_TEST

START_TEST(limit_is_that_of_the_result)
{
    lq_buffer out;

    lq_buffer_init(&out, 4);
    ck_assert_int_eq(lq_precis_username(&out, "ａｂｃｄ", 12), LQ_OK);
    ck_assert_int_eq(lq_precis_username(&out, "é", 2), LQ_E_FULL);
    ck_assert_uint_eq(lq_buffer_len(&out), 4);
    lq_buffer_clear(&out);
}
END_TEST

START_TEST(result_is_appended_or_nothing_is)
{
    lq_buffer out;

    lq_buffer_init(&out, 5);
    ck_assert_int_eq(lq_precis_opaque(&out, "ab", 2), LQ_OK);
    ck_assert_int_eq(lq_precis_opaque(&out, "cdef", 4), LQ_E_FULL);
    ck_assert_int_eq(lq_precis_opaque(&out, "cd", 2), LQ_OK);
    ck_assert_mem_eq(lq_buffer_bytes(&out), "abcd", 4);
    lq_buffer_clear(&out);
}
END_TEST

START_TEST(absurd_length_is_refused)
{
    static char text[70000];
    lq_buffer out;

    memset(text, 'a', sizeof(text));
    lq_buffer_init(&out, SIZE_MAX);
    ck_assert_int_eq(lq_precis_opaque(&out, text, sizeof(text)), LQ_E_FULL);
    lq_buffer_clear(&out);
}
END_TEST

/* Whether what PREPARE makes of C, if anything, stays as it is. */
static void check_stable(profile *prepare, const char *text, size_t len)
{
    lq_buffer once, twice;

    lq_buffer_init(&once, 100);
    lq_buffer_init(&twice, 100);
    if (prepare(&once, text, len) == LQ_OK) {
        ck_assert_int_eq(
            prepare(&twice, lq_buffer_bytes(&once), lq_buffer_len(&once)),
            LQ_OK);
        ck_assert_uint_eq(lq_buffer_len(&once), lq_buffer_len(&twice));
        ck_assert_mem_eq(lq_buffer_bytes(&once), lq_buffer_bytes(&twice),
                         lq_buffer_len(&once));
    }
    lq_buffer_clear(&once);
    lq_buffer_clear(&twice);
}

START_TEST(prepared_character_is_prepared_to_itself)
{
    for (unsigned c = 0x80; c < 0x3000; c++) {
        char text[] = { (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)),
                        (char)(0x80 | (c & 0x3F)) };

        if (c < 0x800) {
            text[1] = (char)(0xC0 | c >> 6);
        }
        check_stable(lq_precis_username, text + (c < 0x800), 3 - (c < 0x800));
        check_stable(lq_precis_opaque, text + (c < 0x800), 3 - (c < 0x800));
    }
}
END_TEST

static void precis_scenario(void)
{
    static const char name[] = "Ａ\u0301İ";
    lq_buffer out;

    lq_buffer_init(&out, 100);
    lq_precis_username(&out, name, strlen(name));
    lq_precis_opaque(&out, name, strlen(name));
    lq_buffer_clear(&out);
}

START_TEST(profiles_survive_any_failing_allocation)
{
    memory_torture(precis_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        username_is_as_in_rfc_8265,
        password_is_as_in_rfc_8265,
        username_maps_width_case_and_form,
        username_refuses_what_is_no_letter_or_digit,
        exceptions_are_allowed,
        some_characters_need_company,
        username_keeps_the_bidi_rule,
        opaque_text_keeps_all_but_spaces_and_form,
        nul_is_refused,
        limit_is_that_of_the_result,
        result_is_appended_or_nothing_is,
        absurd_length_is_refused,
        prepared_character_is_prepared_to_itself,
        profiles_survive_any_failing_allocation,
        NULL,
    };

    return suite_main("precis", tests);
}
