/* exchange.h - one run of one SASL mechanism, from the client's side.
 *
 * Each runs through libgsasl.  It has PLAIN, EXTERNAL, ANONYMOUS and
 * DIGEST-MD5; the others are ours, registered there under one private name:
 *
 *     lq_exchange *x;
 *     lq_exchange_new(&gsasl, mechanism, &who, &x);
 *     lq_exchange_step(x, NULL, 0, &out);         the initial response
 *     lq_exchange_step(x, bytes, len, &out);      challenges, what success adds
 *     lq_exchange_free(x);
 */
#ifndef LQ_EXCHANGE_H
#define LQ_EXCHANGE_H

#include <gsasl.h>

#include "base/buffer.h"
#include "sasl/binding.h"
#include "sasl/keys.h"
#include "sasl/mechanism.h"

/* Who logs in, and through what.  What a mechanism does not need may be NULL;
 * nothing is copied. */
typedef struct lq_login {
    const char *name;     /* the localpart */
    const char *account;  /* the bare JID */
    const char *domain;   /* the server */
    const char *password; /* NULL: SCRAM may do with the keys */
    const char *token;    /* of OAUTHBEARER and HT */
    lq_scram_keys **keys; /* of the last login, to be replaced by this one's */
    int preparation;      /* of the password */
    long iterations;      /* most that we bear */
    const char *nonce;    /* ours; NULL: a random one */

    char flag;   /* of SCRAM: 'n', 'y', or 'p' for a -PLUS; RFC 5802, 6 */
    int binding; /* LQ_BINDING_* */
    const char *channel; /* its data */
    size_t channel_len;

    /* What the server has offered and what runs below, as it should confirm
     * it: XEP-0474 (h), XEP-0515 (t); NULL: cannot be compared. */
    const char *offered;
    size_t offered_len;
    const char *tls_version; /* "0304" */
    bool must_confirm;       /* h is required */
} lq_login;

/* What a step returns, besides LQ_E_NOMEM; LQ_E_ARGUMENT if the server does not
 * keep to the mechanism, or what we have to say is longer than a message may
 * be; LQ_E_STATE if the password is needed, and missing. */
enum { LQ_STEP_DONE = 0, LQ_STEP_MORE = 1 };

/* A mechanism of ours. */
typedef struct lq_own lq_own;
struct lq_own {
    int (*step)(lq_own *self, const char *in, size_t len, lq_buffer *out);
    void (*free)(lq_own *self);
    const char *problem; /* why a step returned LQ_E_ARGUMENT; a constant */
    bool confirmed;      /* the server has confirmed what it offered */
};

typedef struct lq_exchange lq_exchange;

/* *GSASL is made if it is NULL.  WHO must live as long.  LQ_OK, LQ_E_NOMEM, or
 * LQ_E_STATE if libgsasl was built without the mechanism. */
int lq_exchange_new(Gsasl **gsasl, const lq_mechanism *mechanism,
                    const lq_login *who, lq_exchange **made);
void lq_exchange_free(lq_exchange *exchange); /* wipes; NULL is fine */

/* IN (NULL: nothing) is what the server said, with a NUL behind its LEN bytes,
 * since libgsasl takes some of it for texts; append what we say to OUT.  There
 * is no second chance after a step that failed, but for LQ_E_STATE. */
int lq_exchange_step(lq_exchange *exchange, const char *in, size_t len,
                     lq_buffer *out);

/* Whether nothing more is to come of it. */
bool lq_exchange_is_done(const lq_exchange *exchange);

/* Why the last step failed: a sentence, constant. */
const char *lq_exchange_problem(const lq_exchange *exchange);

/* Whether the server has proved that nobody shortened its offer. */
bool lq_exchange_is_confirmed(const lq_exchange *exchange);

#endif
