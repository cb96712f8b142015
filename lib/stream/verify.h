/* verify.h - whether the server is who it should be. */
#ifndef LQ_VERIFY_H
#define LQ_VERIFY_H

#include <gnutls/gnutls.h>
#include <loquat/base.h>

#include "stream/resumption.h"

/* GnuTLS's verify function, for sessions whose pointer is an lq_tls: 0; or
 * GNUTLS_E_AGAIN while the program is asked; or an error. */
int lq_verify_peer(gnutls_session_t session);

/* Whether PAST may be resumed now: everything about its server is judged again.
 * Then its standing says so. */
bool lq_verify_past(const lq_stream *stream, lq_resumption *past);

/* The key that the program trusts for good, LQ_KEY_SIZE bytes, or NULL.  The
 * setter copies it; LQ_OK or LQ_E_NOMEM. */
const unsigned char *lq_trusted_key(const lq_stream *stream);
int lq_set_trusted_key(lq_stream *stream, const unsigned char *key);

#endif
