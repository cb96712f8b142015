/* names.h - the names of elements, attributes and namespaces.
 *
 * Those that XMPP uses all the time are stored once, as constants. */
#ifndef LQ_NAMES_H
#define LQ_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The constant that equals TEXT, or NULL if it is not among the common ones. */
const char *lq_name_intern(const char *text, size_t len);

/* Common name INDEX, from 0 in order of their bytes; NULL behind the last. */
const char *lq_name_at(size_t index);

/* Whether A and B are equal.  Common names are often one and the same constant,
 * and most others differ in their first byte. */
static inline bool lq_name_same(const char *a, const char *b)
{
    return a == b || (*a == *b && strcmp(a, b) == 0);
}

/* What ASCII characters may do in an NCName: 1 stand anywhere in it, 2 not at
 * its beginning. */
extern const uint8_t lq_name_ascii[256];

/* The same as the next one for any name. */
size_t lq_name_len_wide(const char *name);

/* The length of NAME if it is an NCName, else 0: "Namespaces in XML 1.0",
 * section 3, after the fifth edition of XML 1.0. */
static inline size_t lq_name_len(const char *name)
{
    const char *end = name;

    while (lq_name_ascii[(uint8_t)*end] != 0) {
        end++;
    }
    return *end == '\0' && lq_name_ascii[(uint8_t)*name] == 1
               ? (size_t)(end - name)
               : lq_name_len_wide(name);
}

#endif
