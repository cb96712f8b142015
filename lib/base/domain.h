/* domain.h - host names and address literals, as RFC 7622, 3.2 wants them.
 *
 * The prepared form is what people read: lower case, U-labels, no final dot. */
#ifndef LQ_DOMAIN_H
#define LQ_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* Whether TEXT is a host name of plain ASCII without A-labels, or an address
 * literal: then lower-casing prepares it. */
bool lq_domain_is_plain(const char *text, size_t len);

/* Append the prepared form of any other.  LQ_OK, LQ_E_ARGUMENT if TEXT is no
 * domain name, LQ_E_NOMEM, LQ_E_FULL. */
int lq_domain_prepare(lq_buffer *out, const char *text, size_t len);

/* Whether TEXT is an IPv6 address, RFC 4291, 2.2; without brackets. */
bool lq_ipv6_is_valid(const char *text, size_t len);

#endif
