/* quote.h - texts as they must stand in XML.
 *
 * Both append to OUT and return LQ_OK, LQ_E_ARGUMENT if TEXT is not UTF-8 or
 * has a character that XML has not, LQ_E_FULL or LQ_E_NOMEM.  After an error
 * OUT may have got a part of it. */
#ifndef LQ_QUOTE_H
#define LQ_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

int lq_quote_text(lq_buffer *out, const char *text, size_t len);

/* An attribute value behind its first single quotation mark, and the second.
 * White space is kept from normalisation: XML 1.0, 3.3.3. */
int lq_quote_value(lq_buffer *out, const char *text);

/* Why lq_buffer_reserve() of LEN bytes returned NULL. */
int lq_quote_failure(const lq_buffer *out, size_t len);

#endif
