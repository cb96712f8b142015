/* scram.h - what libgsasl leaves to us of SCRAM, RFC 5802.
 *
 * It believes any iteration count and any nonce, and derives keys slowly: so
 * the server's first message is checked here, and the salted password made by
 * GnuTLS. */
#ifndef LQ_SCRAM_H
#define LQ_SCRAM_H

#include <gnutls/crypto.h>
#include <gsasl.h>
#include <loquat/base.h>
#include <stdbool.h>

#include "base/buffer.h"

typedef struct lq_mechanism {
    const char *name;
    gnutls_mac_algorithm_t mac; /* of SCRAM; UNKNOWN: it is PLAIN */
    bool bound;                 /* to the channel */
} lq_mechanism;

/* More than this is an attack on our time: RFC 5802, section 9. */
enum { LQ_SCRAM_ITERATIONS_MIN = 4096, LQ_SCRAM_ITERATIONS_MAX = 200000 };

/* A copy of the nonce in the client-first MESSAGE, which is freed by the
 * caller; NULL if it has none, or memory ran out. */
char *lq_scram_nonce(const char *message, size_t len);

/* A password that was salted: as good as the password itself, where the salt
 * is the same, but it costs nothing. */
typedef struct lq_salted lq_salted;
void lq_salted_free(lq_salted *salted); /* NULL is fine */

/* Check the server-first MESSAGE and give SESSION the salted PASSWORD.  *SALTED
 * is what that was the last time, or NULL; it is replaced if it does not fit.
 * LQ_OK, LQ_E_NOMEM, or LQ_E_ARGUMENT with a sentence in *PROBLEM. */
int lq_scram_salt(Gsasl_session *session, const lq_mechanism *mechanism,
                  const char *nonce, const char *password, const char *message,
                  size_t len, lq_salted **salted, const char **problem);

#endif
