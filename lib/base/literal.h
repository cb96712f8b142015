/* literal.h - address literals as bytes. */
#ifndef LQ_LITERAL_H
#define LQ_LITERAL_H

#include <stddef.h>

enum { LQ_LITERAL_MAX = 16 };

/* The bytes of DOMAIN if it is an IPv4 address or an IPv6 address in brackets:
 * how many, 4 or 16, or 0 if it is a name. */
size_t lq_literal_bytes(const char *domain,
                        unsigned char bytes[LQ_LITERAL_MAX]);

#endif
