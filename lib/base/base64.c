/* base64.c - RFC 4648, section 4: three bytes are four digits of six bits.
 *
 * Room for the whole is made first, so that nothing is left half done. */
#include <stdint.h>
#include <string.h>

#include <loquat/base.h>

#include "text.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* LEN > 0 bytes, of which three are taken at most, as four digits. */
static void group_encode(char *four, const unsigned char *bytes, size_t len)
{
    uint32_t bits = (uint32_t)bytes[0] << 16;

    bits |= len > 1 ? (uint32_t)bytes[1] << 8 : 0;
    bits |= len > 2 ? (uint32_t)bytes[2] : 0;
    four[0] = digits[bits >> 18];
    four[1] = digits[bits >> 12 & 63];
    four[2] = len > 1 ? digits[bits >> 6 & 63] : '=';
    four[3] = len > 2 ? digits[bits & 63] : '=';
}

/* The value of COUNT digits, or -1. */
static int32_t digits_value(const char *text, size_t count)
{
    int32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        const char *digit = memchr(digits, text[i], sizeof(digits) - 1);

        if (digit == NULL) {
            return -1;
        }
        value = value << 6 | (int32_t)(digit - digits);
    }
    return value;
}

/* Four digits, of which the last PADDING are '=', as bytes.  False if they
 * are not, or if a bit that no byte has is set. */
static bool group_decode(char *bytes, const char *four, size_t padding)
{
    int32_t value = digits_value(four, 4 - padding);
    int32_t unused = (1 << padding * 2) - 1;

    if (value < 0 || (value & unused) != 0) {
        return false;
    }
    value <<= padding * 6;
    for (size_t i = 0; i < 3 - padding; i++) {
        bytes[i] = (char)(value >> (16 - 8 * i) & 0xFF);
    }
    return true;
}

/* Room for LEN bytes, and why not. */
static int out_reserve(lq_buffer *out, size_t len, char **room)
{
    if (len > out->limit - lq_buffer_len(out)) {
        return LQ_E_FULL;
    }
    *room = lq_buffer_reserve(out, len);
    return *room == NULL ? LQ_E_NOMEM : LQ_OK;
}

int lq_base64_encode(lq_buffer *out, const void *bytes, size_t len)
{
    size_t groups = len / 3 + (len % 3 > 0);
    char *room;
    int rv;

    if (groups > SIZE_MAX / 4) {
        return LQ_E_FULL;
    }
    rv = out_reserve(out, groups * 4, &room);
    if (rv < 0) {
        return rv;
    }
    for (size_t i = 0; i < groups; i++) {
        group_encode(room + i * 4, (const unsigned char *)bytes + i * 3,
                     len - i * 3);
    }
    lq_buffer_commit(out, groups * 4);
    return LQ_OK;
}

static size_t text_padding(const char *text, size_t len)
{
    if (len < 4 || text[len - 1] != '=') {
        return 0;
    }
    return text[len - 2] == '=' ? 2 : 1;
}

int lq_base64_decode(lq_buffer *out, const char *text, size_t len)
{
    size_t groups = len / 4;
    size_t padding = text_padding(text, len);
    char *room;
    int rv;

    if (len % 4 != 0) {
        return LQ_E_ARGUMENT;
    }
    rv = out_reserve(out, groups * 3 - padding, &room);
    if (rv < 0) {
        return rv;
    }
    for (size_t i = 0; i < groups; i++) {
        bool last = i + 1 == groups;

        if (!group_decode(room + i * 3, text + i * 4, last ? padding : 0)) {
            return LQ_E_ARGUMENT;
        }
    }
    lq_buffer_commit(out, groups * 3 - padding);
    return LQ_OK;
}
