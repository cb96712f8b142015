/* mechanism.h - the SASL mechanisms that we speak, strongest first: RFC 4422.
 *
 * The order is ours and not the server's.  What is bound to the channel comes
 * before what is not, what shows the server no secret before what does. */
#ifndef LQ_MECHANISM_H
#define LQ_MECHANISM_H

#include <gnutls/crypto.h>
#include <stdbool.h>
#include <stdint.h>

/* What a mechanism proves, and how. */
enum {
    LQ_SASL_HT,        /* a token, draft-schmaus-kitten-sasl-ht */
    LQ_SASL_EXTERNAL,  /* the client certificate, RFC 4422, appendix A */
    LQ_SASL_SCRAM,     /* the password, RFC 5802 */
    LQ_SASL_OAUTH,     /* an access token, RFC 7628 */
    LQ_SASL_DIGEST,    /* the password, RFC 2831 */
    LQ_SASL_PLAIN,     /* the password itself, RFC 4616 */
    LQ_SASL_ANONYMOUS, /* nothing, RFC 4505 */
};

typedef struct lq_mechanism {
    const char *name;
    int family;                 /* LQ_SASL_* */
    gnutls_mac_algorithm_t mac; /* of SCRAM and HT */
    int binding;                /* of HT: the one type it is bound to */
    bool plus;                  /* SCRAM that is bound to the channel */
} lq_mechanism;

enum { LQ_MECHANISMS = 20 };
extern const lq_mechanism lq_mechanisms[LQ_MECHANISMS];

/* A set of them: bit i is lq_mechanisms[i]. */
typedef uint32_t lq_mechanism_set;

static inline lq_mechanism_set lq_mechanism_bit(const lq_mechanism *m)
{
    return (lq_mechanism_set)1 << (m - lq_mechanisms);
}

/* NULL for a name that we do not know. */
const lq_mechanism *lq_mechanism_of(const char *name);

/* Those of FAMILY; those that are bound to the channel. */
lq_mechanism_set lq_mechanisms_of(int family);
lq_mechanism_set lq_mechanisms_bound(void);

/* The first of SET, or NULL. */
const lq_mechanism *lq_mechanism_best(lq_mechanism_set set);

/* Whether the server must prove that it knows the secret, too. */
bool lq_mechanism_is_mutual(const lq_mechanism *m);

/* Whether it shows the server nothing that would be of use to another. */
bool lq_mechanism_is_secretive(const lq_mechanism *m);

#endif
