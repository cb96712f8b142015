/* address.h - addresses as they stand in stanzas, without allocating.
 *
 * Nearly every address that arrives is already prepared ASCII; these see that
 * in one pass over the text and leave the rest to lq_jid_parse(). */
#ifndef LQ_ADDRESS_H
#define LQ_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <loquat/jid.h>

/* Where the bare JID in TEXT ends: at the first '/', or at its end. */
size_t lq_address_bare_len(const char *text);

/* Whether TEXT is a JID of plain ASCII in prepared form, so that its bytes are
 * its identity. */
bool lq_address_is_canonical(const char *text);

/* Whether A and B are the same JID, or the same bare JID.  Anything that is no
 * JID, as a whole, equals only its own bytes; NULL only NULL.  False when
 * memory runs out. */
bool lq_address_equal(const char *a, const char *b);
bool lq_address_equal_bare(const char *a, const char *b);

#endif
