/* trust.h - whom we believe when they vouch for a server, and who vouches for
 * us: GnuTLS's credentials.
 *
 * They are loaded once for all streams of a context that name the same: the
 * system's authorities are 4 MB, and a single one is 20 KB in GnuTLS's hands.
 * What they were loaded from is known by its hash, so that no second copy of a
 * secret stays. */
#ifndef LQ_TRUST_H
#define LQ_TRUST_H

#include <gnutls/gnutls.h>

#include "stream/config.h"
#include "stream/failure.h"

enum { LQ_SOURCE_SIZE = 32 };

typedef struct lq_trust {
    struct lq_trust *next; /* of the context's */
    lq_context *context;   /* whose it is; no reference: its streams have one */
    int refs;
    bool is_client; /* a certificate of ours is in it */
    gnutls_certificate_credentials_t credentials;
    unsigned char source[LQ_SOURCE_SIZE];
} lq_trust;

/* Whether CONFIG names authorities, or a certificate, of its own. */
bool lq_trust_is_own(const lq_config *config);

/* The authorities that CONFIG names, or the system's; and its certificate.
 * LQ_OK and a reference in *TRUST; LQ_E_NOMEM; or LQ_E_ARGUMENT if something
 * cannot be read or does not fit together: then WHY, unless NULL, has the
 * message, and a text that lives as long as CONFIG. */
int lq_trust_get(lq_context *context, const lq_config *config, lq_trust **trust,
                 lq_fault *why);
void lq_trust_unref(lq_trust *trust); /* NULL is fine */

#endif
