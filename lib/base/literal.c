/* literal.c - see literal.h.
 *
 * An IPv6 address was found valid as a whole before it is read, so that reading
 * has nothing to doubt: groups are written from the front until the "::", what
 * follows is moved to the end. */
#include "literal.h"

#include <stdbool.h>
#include <string.h>

#include "domain.h"

enum { IPV4 = 4, IPV6 = 16 };

/* RFC 6943, 3.1.1: four numbers in decimal and nothing else. */
static bool read_ipv4(const char *text, size_t len, unsigned char bytes[IPV4])
{
    size_t count = 0;
    int value = -1;

    for (size_t i = 0; i <= len; i++) {
        if (i == len || text[i] == '.') {
            if (value < 0 || count == IPV4) {
                return false;
            }
            bytes[count++] = (unsigned char)value;
            value = -1;
        } else if (text[i] >= '0' && text[i] <= '9' && value != 0) {
            value = (value < 0 ? 0 : value * 10) + (text[i] - '0');
        } else {
            return false;
        }
        if (value > 255) {
            return false;
        }
    }
    return count == IPV4;
}

static unsigned hex_value(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
}

static unsigned read_group(const char *text, size_t len)
{
    unsigned value = 0;

    for (size_t i = 0; i < len; i++) {
        value = value << 4 | hex_value(text[i]);
    }
    return value;
}

/* TEXT is valid. */
static void read_ipv6(const char *text, size_t len, unsigned char bytes[IPV6])
{
    const char *end = text + len;
    size_t count = 0, gap = IPV6;

    memset(bytes, 0, IPV6);
    while (text < end && count < IPV6) {
        size_t group = strcspn(text, ":]");

        if (group == 0) { /* the first colon, or the second of two */
            gap = text[1] == ':' ? gap : count;
            text++;
        } else if (memchr(text, '.', group) != NULL) {
            read_ipv4(text, group, bytes + count);
            count += IPV4;
            text += group;
        } else {
            unsigned value = read_group(text, group);

            bytes[count++] = (unsigned char)(value >> 8);
            bytes[count++] = (unsigned char)value;
            text += group + (text + group < end);
        }
    }
    if (gap < count) {
        memmove(bytes + IPV6 - (count - gap), bytes + gap, count - gap);
        memset(bytes + gap, 0, IPV6 - count);
    }
}

size_t lq_literal_bytes(const char *domain, unsigned char bytes[LQ_LITERAL_MAX])
{
    size_t len = strlen(domain);

    if (read_ipv4(domain, len, bytes)) {
        return IPV4;
    }
    if (len > 2 && domain[0] == '[' && domain[len - 1] == ']' &&
        lq_ipv6_is_valid(domain + 1, len - 2)) {
        read_ipv6(domain + 1, len - 2, bytes);
        return IPV6;
    }
    return 0;
}
