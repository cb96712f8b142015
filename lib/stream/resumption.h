/* resumption.h - a TLS session of the past, which the next handshake may
 * resume.
 *
 * Beside what GnuTLS needs it holds the server's chain and how that came to be
 * trusted, so that all of it can be judged again before a byte leaves. */
#ifndef LQ_RESUMPTION_H
#define LQ_RESUMPTION_H

#include <gnutls/gnutls.h>
#include <loquat/base.h>

#include "base/buffer.h"

/* What trust in the server rests on. */
typedef enum lq_basis {
    LQ_BASIS_NONE = 0,
    LQ_BASIS_CHAIN,  /* its certificate: authorities and names */
    LQ_BASIS_KEY,    /* its key, which the program has trusted for good */
    LQ_BASIS_ANSWER, /* what the program said, for this connection */
} lq_basis;

enum {
    LQ_KEY_SIZE = 32,    /* the SHA-256 of a SubjectPublicKeyInfo */
    LQ_HASH_UNSEEN = -1, /* the certificate has not been looked at */
};

typedef struct lq_standing {
    lq_time verified_at; /* LQ_NEVER: by another process */
    int64_t verified_on; /* the same in seconds of Unix time; LQ_NEVER: nobody
                            knows what time it was */
    uint32_t age;        /* seconds since the last full handshake, then */
    short hash; /* of tls-server-end-point, by GnuTLS's numbers; 0: none */
    unsigned char basis; /* LQ_BASIS_* */

    /* of the server's own certificate */
    unsigned char key[LQ_KEY_SIZE];
    int64_t until; /* when it expires, in seconds of Unix time */
} lq_standing;

typedef struct lq_resumption {
    lq_standing standing;
    int transport; /* LQ_TRANSPORT_* */
    bool gave;     /* the server has our certificate */
    uint32_t session_len, chain_len;
    unsigned char bytes[]; /* the session; then, for each certificate, its
                              length in three bytes and itself */
} lq_resumption;

struct lq_tls;

/* That of TLS, if it can be resumed; else, and when memory runs out, NULL. */
lq_resumption *lq_resumption_new(const struct lq_tls *tls);
void lq_resumption_free(lq_resumption *resumption); /* NULL is fine */

/* To what outlives the process and back.  LQ_OK, LQ_E_NOMEM, LQ_E_FULL; NULL
 * also for bytes that are none, or not whole.  They hold keys, and nothing
 * protects them against whoever can write them. */
int lq_resumption_write(const lq_resumption *resumption, lq_buffer *out);
lq_resumption *lq_resumption_read(const void *bytes, size_t len);

/* Append the tls-server-end-point binding; as lq_tls_binding(). */
int lq_resumption_end_point(const lq_resumption *resumption, lq_buffer *out);

/* The certificate N of the chain (0: the server's own), borrowed; empty if
 * there is none. */
gnutls_datum_t lq_resumption_certificate(const lq_resumption *resumption,
                                         unsigned n);

enum { LQ_CHAIN_MAX = 16 }; /* certificates */

#endif
