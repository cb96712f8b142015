/* test_quote.c - texts as they must stand in XML, however little room there is.
 *
 * What is right is said by a second quoting, which goes a byte at a time. */
#include <loquat/base.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "suite.h"
#include "xml/quote.h"

typedef enum place { TEXT, VALUE, PLACES } place;

static lq_buffer out;

/* What must stand instead of BYTE; NULL: itself. */
static const char *instead(char byte, place where)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '\'':
        return where == VALUE ? "&apos;" : NULL;
    case '"':
        return where == VALUE ? "&quot;" : NULL;
    case '\t':
        return where == VALUE ? "&#9;" : NULL;
    case '\n':
        return where == VALUE ? "&#10;" : NULL;
    default:
        return NULL;
    }
}

/* TEXT quoted, into EXPECTED; its length. */
static size_t expected_for(const char *text, place where, char expected[4096])
{
    size_t len = 0;

    for (; *text != '\0'; text++) {
        const char *reference = instead(*text, where);

        if (reference == NULL) {
            expected[len++] = *text;
        } else {
            len += (size_t)sprintf(expected + len, "%s", reference);
        }
    }
    if (where == VALUE) {
        expected[len++] = '\'';
    }
    return len;
}

static int quote(const char *text, place where)
{
    return where == VALUE ? lq_quote_value(&out, text)
                          : lq_quote_text(&out, text, strlen(text));
}

/* Behind what stands there already. */
static bool out_begins(const char *expected, size_t len, size_t behind)
{
    return lq_buffer_len(&out) == behind + len &&
           (len == 0 ||
            memcmp(lq_buffer_bytes(&out) + behind, expected, len) == 0);
}

static void claim_quoted(const char *text, place where)
{
    char expected[4096];
    size_t len = expected_for(text, where, expected);

    lq_buffer_init(&out, 100000);
    ck_assert_int_eq(quote(text, where), LQ_OK);
    ck_assert_msg(out_begins(expected, len, 0), "%.*s\ninstead of\n%.*s",
                  (int)lq_buffer_len(&out), lq_buffer_bytes(&out), (int)len,
                  expected);
    lq_buffer_clear(&out);
}

/* ---- every character, everywhere ---- */

static const char *const characters[] = {
    "&",
    "<",
    ">",
    "'",
    "\"",
    "\t",
    "\n",
    "\r",
    " ",
    "/",
    "\x7f",
    "\xC3\xA4",         /* two bytes */
    "\xE2\x82\xAC",     /* three */
    "\xF0\x9F\x8D\x91", /* four */
    "\xEF\xBF\xBD",     /* the last but two of the first plane */
    "&&",
    "\xC3\xA4&\xC3\xA4",
    "&\xF0\x9F\x8D\x91<",
};

enum { POSITIONS = 21, ALL = 24 };

/* "abc" WHAT "def": WHAT begins at POSITION, and as many follow. */
static const char *surround(const char *what, size_t position, size_t follow)
{
    static char text[200];

    snprintf(text, sizeof(text), "%.*s%s%.*s", (int)position,
             "abcdefghijklmnopqrstuvwxyz", what, (int)follow,
             "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return text;
}

START_TEST(each_character_is_quoted_at_each_position)
{
    for (size_t i = 0; i < LQ_COUNT(characters); i++) {
        for (size_t position = 0; position < POSITIONS; position++) {
            for (size_t follow = 0; follow < ALL; follow++) {
                const char *text = surround(characters[i], position, follow);

                claim_quoted(text, TEXT);
                claim_quoted(text, VALUE);
            }
        }
    }
}
END_TEST

START_TEST(every_ascii_character_is_itself_or_a_reference_or_refused)
{
    for (char c = 1; c != 0x7f; c++) {
        char text[2] = { c, '\0' };
        bool is_xml = c >= ' ' || c == '\t' || c == '\n' || c == '\r';

        for (place where = 0; where < PLACES; where++) {
            if (is_xml) {
                claim_quoted(text, where);
                continue;
            }
            lq_buffer_init(&out, 1000);
            ck_assert_int_eq(quote(text, where), LQ_E_ARGUMENT);
            lq_buffer_clear(&out);
        }
    }
}
END_TEST

static const char *const wrong[] = {
    "\x01",                             /* no character of XML */
    "\x1f",         "\x80",             /* nothing that it could continue */
    "\xC3",                             /* nothing that continues it */
    "\xC0\x80",                         /* NUL, longer than need be */
    "\xE2\x82",     "\xED\xA0\x80",     /* a surrogate */
    "\xEF\xBF\xBE",                     /* U+FFFE */
    "\xF0\x9F\x98", "\xF4\x90\x80\x80", /* behind the last */
    "\xFF",         "\xC3\xA4\x80",
};

START_TEST(what_is_no_xml_is_refused_at_each_position)
{
    for (size_t i = 0; i < LQ_COUNT(wrong); i++) {
        for (size_t position = 0; position < POSITIONS; position++) {
            for (size_t follow = 0; follow < ALL; follow++) {
                const char *text = surround(wrong[i], position, follow);

                for (place where = 0; where < PLACES; where++) {
                    lq_buffer_init(&out, 1000);
                    ck_assert_int_eq(quote(text, where), LQ_E_ARGUMENT);
                    lq_buffer_clear(&out);
                }
            }
        }
    }
}
END_TEST

START_TEST(nul_is_refused_at_each_position)
{
    char text[ALL];

    for (size_t position = 0; position < ALL; position++) {
        memset(text, 'a', sizeof(text));
        text[position] = '\0';
        lq_buffer_init(&out, 1000);
        ck_assert_int_eq(lq_quote_text(&out, text, sizeof(text)),
                         LQ_E_ARGUMENT);
        lq_buffer_clear(&out);
    }
}
END_TEST

/* ---- little room ---- */

static const char *const texts[] = {
    "",
    "a",
    "&",
    "Wherefore art thou Romeo? Deny thy father and refuse thy name",
    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
    "'\"<>&\t\r\n",
    "\xC3\xA4",
    "\xF0\x9F\x8D\x91",
    "\xC3\xA4\xC3\xB6\xC3\xBC\xE2\x82\xAC\xF0\x9F\x8D\x91\xF0\x9F\x8D\x91",
    "a\xC3\xA4&b\xE2\x82\xAC<c\xF0\x9F\x8D\x91>d'e\"f\tg\nh\ri",
    "\xF0\x9F\x8D\x91&\xF0\x9F\x8D\x91&\xF0\x9F\x8D\x91&\xF0\x9F\x8D\x91&",
    "all plain up to here, then &",
    "all plain up to here, then \xF0\x9F\x8D\x91",
};

/* With a LIMIT so many bytes beyond what stands there: all, or LQ_E_FULL and
 * the beginning. */
static void claim_limited(const char *text, place where, size_t limit,
                          size_t behind)
{
    char expected[4096];
    size_t len = expected_for(text, where, expected);
    int rv;

    lq_buffer_init(&out, behind + limit);
    ck_assert_int_eq(
        lq_buffer_append(&out, "0123456789012345678901234567890123456789",
                         behind),
        LQ_OK);
    rv = quote(text, where);
    ck_assert_msg(rv == (limit < len ? LQ_E_FULL : LQ_OK), "%s: %s in %zu",
                  text, lq_error_name(rv), limit);
    if (rv == LQ_OK) {
        ck_assert(out_begins(expected, len, behind));
    } else {
        ck_assert_uint_le(lq_buffer_len(&out), behind + limit);
        ck_assert(out_begins(expected, lq_buffer_len(&out) - behind, behind));
    }
    ck_assert_uint_le(lq_buffer_len(&out), out.limit);
    lq_buffer_clear(&out);
}

START_TEST(every_limit_gives_all_or_full)
{
    static const size_t before[] = { 0, 1, 7, 40 };

    for (size_t i = 0; i < LQ_COUNT(texts); i++) {
        for (place where = 0; where < PLACES; where++) {
            char expected[4096];
            size_t len = expected_for(texts[i], where, expected);

            for (size_t limit = 0; limit < len + 80; limit++) {
                claim_limited(texts[i], where, limit,
                              before[limit % LQ_COUNT(before)]);
                claim_limited(texts[i], where, limit, 0);
            }
        }
    }
}
END_TEST

START_TEST(each_character_fits_where_it_just_fits)
{
    for (size_t i = 0; i < LQ_COUNT(characters); i++) {
        for (size_t position = 0; position < POSITIONS; position++) {
            for (place where = 0; where < PLACES; where++) {
                const char *text = surround(characters[i], position, 3);
                char expected[4096];
                size_t len = expected_for(text, where, expected);

                claim_limited(text, where, len, 0);
                claim_limited(text, where, len - 1, 0);
                claim_limited(text, where, len + 8, 0);
                claim_limited(text, where, len + 9, 0);
            }
        }
    }
}
END_TEST

START_TEST(what_is_no_xml_is_refused_however_little_room_there_is)
{
    for (size_t i = 0; i < LQ_COUNT(wrong); i++) {
        for (place where = 0; where < PLACES; where++) {
            const char *text = surround(wrong[i], 5, 5);

            for (size_t limit = 0; limit < 60; limit++) {
                int rv;

                lq_buffer_init(&out, limit);
                rv = quote(text, where);
                ck_assert(rv == LQ_E_ARGUMENT || rv == LQ_E_FULL);
                ck_assert(limit < 5 || rv == LQ_E_ARGUMENT);
                lq_buffer_clear(&out);
            }
        }
    }
}
END_TEST

/* ---- memory ---- */

static void scenario(void)
{
    for (size_t i = 0; i < LQ_COUNT(texts); i++) {
        for (size_t limit = 0; limit < 200; limit += 40) {
            int rv;

            lq_buffer_init(&out, limit);
            rv = quote(texts[i], i % 2 ? TEXT : VALUE);
            ck_assert(rv == LQ_OK || rv == LQ_E_FULL || rv == LQ_E_NOMEM);
            ck_assert(rv != LQ_E_NOMEM || memory_failed());
            lq_buffer_clear(&out);
        }
    }
}

START_TEST(any_allocation_may_fail) { memory_torture(scenario); }
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_character_is_quoted_at_each_position,
        every_ascii_character_is_itself_or_a_reference_or_refused,
        what_is_no_xml_is_refused_at_each_position,
        nul_is_refused_at_each_position,
        every_limit_gives_all_or_full,
        each_character_fits_where_it_just_fits,
        what_is_no_xml_is_refused_however_little_room_there_is,
        any_allocation_may_fail,
        NULL,
    };

    return suite_main("quote", tests);
}
