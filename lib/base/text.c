/* text.c - see text.h. */
#include "text.h"

#include <limits.h>
#include <string.h>

bool lq_text_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Counts down, because LONG_MIN has no positive counterpart. */
static bool text_digits(const char *digits, long least, long *negated)
{
    long value = 0;

    for (; *digits != '\0'; digits++) {
        int digit = *digits - '0';

        if (digit < 0 || digit > 9 || value < (least + digit) / 10) {
            return false;
        }
        value = value * 10 - digit;
    }
    *negated = value;
    return true;
}

bool lq_text_number(const char *text, long min, long max, long *number)
{
    bool negative = text != NULL && text[0] == '-';
    long value;

    if (text == NULL || text[negative] == '\0' ||
        !text_digits(text + negative, negative ? LONG_MIN : -LONG_MAX,
                     &value)) {
        return false;
    }
    value = negative ? value : -value;
    if (value < min || value > max) {
        return false;
    }
    *number = value;
    return true;
}

/* The length of the sequence that BYTES begin with, or 0 if it is none:
 * RFC 3629, section 4.  Only the second byte's bounds depend on the first. */
static size_t utf8_sequence(const unsigned char *bytes, size_t left)
{
    unsigned char first = bytes[0];
    unsigned char low = 0x80, high = 0xBF;
    size_t len;

    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    len = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : low;
    high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : high;
    if (len > left || bytes[1] < low || bytes[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

/* XML 1.0, production 2, for a well-formed sequence. */
static bool utf8_is_xml_char(const unsigned char *bytes)
{
    if (bytes[0] < 0x20) {
        return bytes[0] == '\t' || bytes[0] == '\n' || bytes[0] == '\r';
    }
    /* U+FFFE and U+FFFF */
    return bytes[0] != 0xEF || bytes[1] != 0xBF || bytes[2] < 0xBE;
}

bool lq_utf8_valid(const char *bytes, size_t len)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t step;

    for (; len > 0; at += step, len -= step) {
        step = utf8_sequence(at, len);
        if (step == 0) {
            return false;
        }
    }
    return true;
}

bool lq_utf8_valid_xml(const char *bytes, size_t len)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t step;

    for (; len > 0; at += step, len -= step) {
        step = utf8_sequence(at, len);
        if (step == 0 || !utf8_is_xml_char(at)) {
            return false;
        }
    }
    return true;
}

bool lq_text_is_xml(const char *text)
{
    return text == NULL || lq_utf8_valid_xml(text, strlen(text));
}
