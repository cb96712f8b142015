/* sasl.h - who we are: RFC 6120, section 6, and XEP-0388.
 *
 * What both profiles of SASL have in common is here: what to choose, what to
 * make of challenges, successes and failures, when to try again.  sasl1.c and
 * sasl2.c know how each is written. */
#ifndef LQ_SASL_H
#define LQ_SASL_H

#include <loquat/element.h>

#include "base/buffer.h"
#include "sasl/exchange.h"
#include "stream/choice.h"

/* One attempt to log in. */
typedef struct lq_attempt {
    lq_exchange *exchange;
    lq_login who;
    lq_choice choice;
    lq_buffer channel; /* the data of the binding */
    lq_buffer offered; /* lq_offer_text() */
    char tls_version[5];
    const lq_mechanism *wanted; /* a token was asked for, for this one */
    bool guessed;           /* begun before the server said what it offers */
    bool continued;         /* the mechanism is through, tasks follow */
    unsigned char upgrades; /* XEP-0480: that we have asked for */
    gnutls_mac_algorithm_t upgrading; /* to this; UNKNOWN: not now */
} lq_attempt;

typedef struct lq_sasl {
    lq_attempt *attempt;           /* or NULL */
    const lq_mechanism *mechanism; /* that worked; NULL: none yet */
    unsigned char profile;         /* with it */
    unsigned char binding;
    bool authenticated;
    bool asking;         /* for the password */
    bool other_form;     /* the password's other preparation was tried */
    bool undone;         /* a guess was wrong: guess no more */
    lq_bindings refused; /* by the server, one after the other */
} lq_sasl;

/* A new connection: nobody is authenticated. */
void lq_sasl_restart(lq_sasl *sasl);

/* The password question was answered: go on.  As lq_negotiate_go(). */
int lq_sasl_answered(lq_stream *stream);

/* Names for lq_stream_security(). */
const char *lq_sasl_mechanism(const lq_sasl *sasl);
const char *lq_sasl_binding(const lq_sasl *sasl);
const char *lq_sasl_profile(const lq_sasl *sasl);

/* ---- for sasl1.c and sasl2.c; all return what a row does ---- */

/* The features have come, and they are PROFILE's turn. */
int lq_sasl_begin(lq_stream *stream, int profile);

/* They have not come yet, but the last ones are known. */
int lq_sasl_ahead(lq_stream *stream, int profile);

/* What we have to log in by. */
void lq_sasl_means(const lq_stream *stream, lq_means *means);

/* They have come after we have begun. */
int lq_sasl_offered(lq_stream *stream);

/* TEXT is a challenge in base64. */
int lq_sasl_challenge(lq_stream *stream, const char *text);

/* The mechanism is through, the server says, with TEXT in base64 (NULL: none).
 * LQ_OK if that is so. */
int lq_sasl_proved(lq_stream *stream, const char *text);

/* We are logged in. */
void lq_sasl_succeeded(lq_stream *stream);

/* The login was refused. */
int lq_sasl_failed(lq_stream *stream, const lq_element *failure);

/* It has served; NULL is fine. */
void lq_attempt_free(lq_attempt *attempt);

/* As lq_stream_fail(), for this layer. */
int lq_sasl_fault(lq_stream *stream, const char *condition, const char *text,
                  const char *message, bool final);

/* The server does not keep to the protocol: whoever it is, it is not ours. */
int lq_sasl_distrust(lq_stream *stream, const char *message);

/* ---- how each profile says it ---- */

/* Each returns LQ_OK or LQ_E_NOMEM; INITIAL is NULL if there is none. */
int lq_sasl1_start(lq_stream *stream, const lq_buffer *initial);
int lq_sasl2_start(lq_stream *stream, const lq_buffer *initial);

/* <NAME xmlns=XMLNS>TEXT in base64</NAME>, or without it if BYTES is NULL. */
int lq_sasl_say(lq_stream *stream, const char *name, const char *xmlns,
                const lq_buffer *bytes);

enum { LQ_SASL_MESSAGE_MAX = 8 * 1024 }; /* of one message, decoded */

#endif
