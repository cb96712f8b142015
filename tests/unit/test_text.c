/* test_text.c - UTF-8, numbers and base64, strictly. */
#include "base/text.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

#include "base/array.h"
#include "base/memory.h"
#include "suite.h"

START_TEST(null_equals_only_null)
{
    ck_assert(lq_text_equal(NULL, NULL));
    ck_assert(!lq_text_equal("", NULL));
    ck_assert(!lq_text_equal(NULL, ""));
    ck_assert(lq_text_equal("a", "a"));
    ck_assert(!lq_text_equal("a", "A"));
}
END_TEST

static const struct {
    const char *text;
    long min, max;
    bool valid;
    long number;
} numbers[] = {
    { "0", 0, 9, true, 0 },
    { "-0", 0, 9, true, 0 },
    { "007", 0, 9, true, 7 },
    { "-5", -5, 5, true, -5 },
    { "10", 0, 9, false, 0 },
    { "-1", 0, 9, false, 0 },
    { "", 0, 9, false, 0 },
    { "-", 0, 9, false, 0 },
    { "+1", 0, 9, false, 0 },
    { " 1", 0, 9, false, 0 },
    { "1 ", 0, 9, false, 0 },
    { "1.0", 0, 9, false, 0 },
    { "--1", -9, 9, false, 0 },
    { "0x1", 0, 9, false, 0 },
    { "2147483647", 0, INT32_MAX, true, INT32_MAX },
    { "2147483648", 0, INT32_MAX, false, 0 },
    { "99999999999999999999999999", LONG_MIN, LONG_MAX, false, 0 },
    { "-99999999999999999999999999", LONG_MIN, LONG_MAX, false, 0 },
    { NULL, 0, 9, false, 0 },
};

START_TEST(number_is_digits_and_nothing_else)
{
    for (size_t i = 0; i < LQ_COUNT(numbers); i++) {
        long number = 0;

        ck_assert_msg(lq_text_number(numbers[i].text, numbers[i].min,
                                     numbers[i].max,
                                     &number) == numbers[i].valid,
                      "\"%s\"", numbers[i].text);
        ck_assert_int_eq(number, numbers[i].number);
    }
}
END_TEST

START_TEST(numbers_reach_the_limits_of_long)
{
    long number;

#if LONG_MAX == 9223372036854775807
    ck_assert(lq_text_number("-9223372036854775808", LONG_MIN, 0, &number));
    ck_assert(number == LONG_MIN);
    ck_assert(lq_text_number("9223372036854775807", 0, LONG_MAX, &number));
    ck_assert(number == LONG_MAX);
    ck_assert(!lq_text_number("9223372036854775808", 0, LONG_MAX, &number));
    ck_assert(!lq_text_number("-9223372036854775809", LONG_MIN, 0, &number));
#else
    ck_assert(lq_text_number("-2147483648", LONG_MIN, 0, &number));
    ck_assert(number == LONG_MIN);
#endif
}
END_TEST

static const struct {
    const char *bytes;
    bool valid, xml;
} utf8[] = {
    { "", true, true },
    { "Romeo & Juliet", true, true },
    { "\t\n\r", true, true },
    { "\x01", true, false },
    { "\x1F", true, false },
    { "\x7F", true, true },
    { "\xC2\x80", true, true },
    { "\xDF\xBF", true, true },
    { "\xE0\xA0\x80", true, true },
    { "\xED\x9F\xBF", true, true },
    { "\xEE\x80\x80", true, true },
    { "\xEF\xBF\xBD", true, true },
    { "\xEF\xBF\xBE", true, false },
    { "\xEF\xBF\xBF", true, false },
    { "\xF0\x90\x80\x80", true, true },
    { "\xF0\x9F\x8D\x91", true, true },
    { "\xF0\x9F\xBF\xBF", true, true }, /* U+1FFFF, allowed by XML */
    { "\xF4\x8F\xBF\xBF", true, true },
    { "\x80", false, false },
    { "\xC0\x80", false, false }, /* not the shortest */
    { "\xC1\xBF", false, false },
    { "\xE0\x9F\xBF", false, false },
    { "\xF0\x8F\xBF\xBF", false, false },
    { "\xED\xA0\x80", false, false }, /* surrogates */
    { "\xED\xBF\xBF", false, false },
    { "\xF4\x90\x80\x80", false, false }, /* past U+10FFFF */
    { "\xF5\x80\x80\x80", false, false },
    { "\xFE", false, false },
    { "\xFF", false, false },
    { "a\xC2", false, false }, /* cut off */
    { "a\xE2\x82", false, false },
    { "a\xF0\x9F\x8D", false, false },
    { "\xC2"
      "a",
      false, false },
    { "\xE2\x82"
      "a",
      false, false },
    { "\xF0\x9F\x8D"
      "a",
      false, false },
    { "\xE2\x28\xA1", false, false },
};

START_TEST(utf8_is_checked_to_the_letter)
{
    for (size_t i = 0; i < LQ_COUNT(utf8); i++) {
        size_t len = strlen(utf8[i].bytes);

        ck_assert_msg(lq_utf8_valid(utf8[i].bytes, len) == utf8[i].valid,
                      "row %zu", i);
        ck_assert_msg(lq_utf8_valid_xml(utf8[i].bytes, len) == utf8[i].xml,
                      "row %zu", i);
    }
}
END_TEST

START_TEST(nul_is_utf8_but_not_xml)
{
    ck_assert(lq_utf8_valid("a\0b", 3));
    ck_assert(!lq_utf8_valid_xml("a\0b", 3));
}
END_TEST

/* RFC 4648, section 10, and bytes that need every digit. */
static const struct {
    const char *plain, *encoded;
} pairs[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xFB\xFF\xFE", "+//+" },
    { "\xFF", "/w==" },
};

START_TEST(base64_goes_and_comes_back)
{
    for (size_t i = 0; i < LQ_COUNT(pairs); i++) {
        const char *plain = pairs[i].plain, *encoded = pairs[i].encoded;
        lq_buffer out;

        lq_buffer_init(&out, 100);
        ck_assert_int_eq(lq_base64_encode(&out, plain, strlen(plain)), LQ_OK);
        ck_assert_int_eq(lq_base64_decode(&out, encoded, strlen(encoded)),
                         LQ_OK);
        lq_buffer_append(&out, "", 1);
        ck_assert_mem_eq(lq_buffer_bytes(&out), encoded, strlen(encoded));
        ck_assert_str_eq(lq_buffer_bytes(&out) + strlen(encoded), plain);
        lq_buffer_clear(&out);
    }
}
END_TEST

static const char *const not_base64[] = {
    "Z",        "Zg",      "Zg=",   "Zg===",  "====",     "Z===", "=Zg=",
    "Zg==Zg==", "Zm9v ",   "Zm 9v", "Zm9v\n", " Zm9v",    "Zh==", "Zm9=",
    "Zm-_",     "Zm9\xC3", "Z=8=",  "Zm9vZ",  "\n\n\n\n",
};

START_TEST(only_the_canonical_encoding_is_decoded)
{
    lq_buffer out;

    lq_buffer_init(&out, 100);
    for (size_t i = 0; i < LQ_COUNT(not_base64); i++) {
        ck_assert_msg(lq_base64_decode(&out, not_base64[i],
                                       strlen(not_base64[i])) == LQ_E_ARGUMENT,
                      "\"%s\"", not_base64[i]);
        ck_assert_uint_eq(lq_buffer_len(&out), 0);
    }
    lq_buffer_clear(&out);
}
END_TEST

START_TEST(base64_keeps_to_the_limit)
{
    lq_buffer out;

    lq_buffer_init(&out, 7);
    ck_assert_int_eq(lq_base64_encode(&out, "abcd", 4), LQ_E_FULL);
    ck_assert_int_eq(lq_base64_encode(&out, "abc", 3), LQ_OK);
    ck_assert_int_eq(lq_base64_decode(&out, "YWJjZA==", 8), LQ_E_FULL);
    ck_assert_int_eq(lq_base64_decode(&out, "YWJj", 4), LQ_OK);
    ck_assert_mem_eq(lq_buffer_bytes(&out), "YWJjabc", 7);
    lq_buffer_clear(&out);
}
END_TEST

static void base64_scenario(void)
{
    lq_buffer out;

    lq_buffer_init(&out, 1000);
    lq_base64_encode(&out, utf8, 200);
    lq_base64_decode(&out, "YWJjZA==", 8);
    lq_buffer_clear(&out);
}

START_TEST(base64_survives_any_failing_allocation)
{
    memory_torture(base64_scenario);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        null_equals_only_null,
        number_is_digits_and_nothing_else,
        numbers_reach_the_limits_of_long,
        utf8_is_checked_to_the_letter,
        nul_is_utf8_but_not_xml,
        base64_goes_and_comes_back,
        only_the_canonical_encoding_is_decoded,
        base64_keeps_to_the_limit,
        base64_survives_any_failing_allocation,
        NULL,
    };

    return suite_main("text", tests);
}
