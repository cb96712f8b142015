/* trust.h - whom we believe when they vouch for a server.
 *
 * Authorities are loaded once for all streams of a context that name the same:
 * the system's are 4 MB, and a single one is 20 KB in GnuTLS's hands. */
#ifndef LQ_TRUST_H
#define LQ_TRUST_H

#include <gnutls/gnutls.h>

#include "base/buffer.h"
#include "stream/config.h"

typedef struct lq_trust {
    struct lq_trust *next; /* of the context's */
    lq_context *context;   /* whose it is; no reference: its streams have one */
    int refs;
    gnutls_certificate_credentials_t credentials;
    lq_buffer ca; /* what it was loaded from; nothing of both: the system's */
    char *ca_file;
} lq_trust;

/* Whether CONFIG names authorities of its own. */
bool lq_trust_is_own(const lq_config *config);

/* The authorities that CONFIG names, or the system's.  LQ_OK and a reference in
 * *TRUST; LQ_E_NOMEM, or LQ_E_ARGUMENT if a file cannot be read or one of them
 * holds none. */
int lq_trust_get(lq_context *context, const lq_config *config,
                 lq_trust **trust);
void lq_trust_unref(lq_trust *trust); /* NULL is fine */

#endif
