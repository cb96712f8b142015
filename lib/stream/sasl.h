/* sasl.h - who we are: RFC 6120 section 6, mechanisms by libgsasl. */
#ifndef LQ_SASL_H
#define LQ_SASL_H

#include <gsasl.h>
#include <loquat/base.h>

#include "base/buffer.h"

typedef struct lq_sasl {
    Gsasl_session *session;
    const struct lq_mechanism *mechanism; /* in use, or the one that worked */
    bool authenticated;
    bool done;                /* the mechanism has nothing more to say */
    bool pinned_scram;        /* it has worked before on this stream, so no  */
    bool pinned_bound;        /* less will be taken: SCRAM, channel binding */
    bool unbound;             /* channel binding was refused: try without */
    bool asking;              /* for the password */
    char *nonce;              /* ours, until the server has extended it */
    struct lq_salted *salted; /* of the last login, or NULL */
} lq_sasl;

/* The password is another, or not needed any more. */
void lq_sasl_forget(lq_sasl *sasl);

/* A new connection: nobody is authenticated. */
void lq_sasl_restart(lq_sasl *sasl);

/* The password question was answered: go on.  As lq_negotiate_go(). */
int lq_sasl_answered(lq_stream *stream);

/* Names for lq_stream_security(). */
const char *lq_sasl_mechanism(const lq_sasl *sasl);
const char *lq_sasl_binding(const lq_sasl *sasl);

#endif
