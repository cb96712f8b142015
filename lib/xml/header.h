/* header.h - stream headers: what they declare for the elements that follow. */
#ifndef LQ_HEADER_H
#define LQ_HEADER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "xml/stanza.h"

/* Whether HEADER, as lq_parse_header() gave it, declares a default namespace,
 * "stream" for LQ_NS_STREAMS, and nothing else. */
bool lq_header_is_canonical(const lq_stanza *header);

/* Append a start tag that declares just that, with XMLNS for the default; or
 * all that HEADER declares.  LQ_OK, or what appending to OUT gave. */
int lq_header_write(lq_buffer *out, const char *xmlns);
int lq_header_rewrite(lq_buffer *out, const lq_stanza *header);

#endif
