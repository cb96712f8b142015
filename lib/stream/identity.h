/* identity.h - whose a certificate is. */
#ifndef LQ_IDENTITY_H
#define LQ_IDENTITY_H

#include <gnutls/x509.h>

/* Whether CERTIFICATE names the XMPP server of DOMAIN (in its ASCII form, or
 * an address literal): 1 or 0; LQ_E_NOMEM. */
int lq_identity_is(gnutls_x509_crt_t certificate, const char *domain);

#endif
