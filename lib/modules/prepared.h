/* prepared.h - an address as a key of a table.
 *
 * Two addresses are the same if their prepared texts are.  Nearly all arrive
 * prepared; then nothing is allocated and the view points into the text. */
#ifndef LQ_PREPARED_H
#define LQ_PREPARED_H

#include <stddef.h>

#include <loquat/jid.h>

typedef struct lq_prepared {
    const char *bare; /* LEN bytes, not terminated */
    size_t len;
    const char *resource; /* NULL if there is none */
    lq_jid *jid;          /* holds both, or NULL: they are in the text */
} lq_prepared;

/* Prepare TEXT, which must live as long as PREPARED.  LQ_OK, LQ_E_ARGUMENT if
 * it is no JID, LQ_E_NOMEM; nothing to clear after those two. */
int lq_prepared_init(lq_prepared *prepared, const char *text);
void lq_prepared_clear(lq_prepared *prepared);

#endif
