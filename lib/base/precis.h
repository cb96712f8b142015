/* precis.h - preparation of internationalised texts: RFC 8264, 8265, 5892.
 *
 * Each appends the prepared text to OUT.  LQ_OK, LQ_E_ARGUMENT if the text
 * breaks the profile (a disallowed or unassigned character, a broken context
 * or Bidi rule, or nothing left), LQ_E_NOMEM, LQ_E_FULL past OUT's limit or for
 * more than 64 KiB of text; then OUT is as it was. */
#ifndef LQ_PRECIS_H
#define LQ_PRECIS_H

#include "buffer.h"

/* UsernameCaseMapped of the IdentifierClass, RFC 8265 section 3.3. */
int lq_precis_username(lq_buffer *out, const char *text, size_t len);

/* OpaqueString of the FreeformClass, RFC 8265 section 4.2. */
int lq_precis_opaque(lq_buffer *out, const char *text, size_t len);

#endif
