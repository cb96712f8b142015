/* ipv6.c - what an IPv6 address looks like: RFC 4291, 2.2.
 *
 * Eight groups between colons, the last two perhaps as an IPv4 address; one
 * "::" may stand for some of them.  So both sides of it are counted. */
#include <string.h>

#include "domain.h"

#define GROUPS 8

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

static bool group_is_valid(const char *group, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_hex(group[i])) {
            return false;
        }
    }
    return len >= 1 && len <= 4;
}

/* Four numbers up to 255, without superfluous zeroes. */
static bool ipv4_is_valid(const char *text, size_t len)
{
    int dots = 0, octet = -1;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && octet >= 0) {
            dots++;
            octet = -1;
        } else if (text[i] >= '0' && text[i] <= '9' && octet != 0) {
            octet = (octet < 0 ? 0 : octet * 10) + (text[i] - '0');
        } else {
            return false;
        }
        if (octet > 255) {
            return false;
        }
    }
    return dots == 3 && octet >= 0;
}

/* How many groups TEXT consists of, or -1.  Only at the end of the address
 * (LAST) may the last one be an IPv4 address. */
static int count_groups(const char *text, const char *end, bool last)
{
    int count = 0;

    while (text < end) {
        const char *colon = memchr(text, ':', (size_t)(end - text));
        size_t len = (size_t)((colon != NULL ? colon : end) - text);

        if (group_is_valid(text, len)) {
            count++;
        } else if (last && colon == NULL && ipv4_is_valid(text, len)) {
            count += 2;
        } else {
            return -1;
        }
        text += len + (colon != NULL);
        if (text == end && colon != NULL) {
            return -1;
        }
    }
    return count;
}

static const char *find_gap(const char *text, const char *end)
{
    for (; end - text >= 2; text++) {
        if (text[0] == ':' && text[1] == ':') {
            return text;
        }
    }
    return NULL;
}

bool lq_ipv6_is_valid(const char *text, size_t len)
{
    const char *end = text + len;
    const char *gap = find_gap(text, end);
    int before, after;

    if (gap == NULL) {
        return count_groups(text, end, true) == GROUPS;
    }
    before = count_groups(text, gap, false);
    after = count_groups(gap + 2, end, true);
    return before >= 0 && after >= 0 && before + after < GROUPS;
}
