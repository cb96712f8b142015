/* known.h - what a stream has learnt about its account, to be safer and quicker
 * the next time; kept beyond the process, if the program likes (saved.h). */
#ifndef LQ_KNOWN_H
#define LQ_KNOWN_H

#include <loquat/base.h>

#include "sasl/keys.h"
#include "stream/choice.h"
#include "stream/offer.h"

enum { LQ_UUID_SIZE = 37 };

/* A FAST token, XEP-0484. */
typedef struct lq_token {
    const lq_mechanism *mechanism; /* that it is for */
    int64_t expires;               /* Unix time in ms, or LQ_NEVER */
    uint32_t count;                /* how often it was used in early data */
    bool last;                     /* it is used once more, to invalidate it */
    char text[];
} lq_token;

typedef struct lq_known {
    unsigned char pins; /* LQ_PIN_* */
    bool has_offer;
    unsigned char hangups; /* on who would resume TLS; none when that works */
    bool older_tls;        /* its channel bindings need TLS 1.2 */
    unsigned char preparation; /* of the password that worked */
    lq_offer offer;            /* the last one */
    char *inlines;             /* what it does while binding; or NULL */
    char *version;             /* of the offer, XEP-0509; or NULL */
    lq_scram_keys *keys;       /* or NULL */
    lq_token *token;           /* or NULL */
    char *agent;               /* XEP-0388: this installation; or NULL */
} lq_known;

void lq_known_clear(lq_known *known);

/* Nothing made with the password is right any more. */
void lq_known_forget_password(lq_known *known);

/* NULL when memory runs out. */
lq_token *lq_token_new(const char *text, const lq_mechanism *mechanism,
                       int64_t expires);

/* TOKEN, or NULL for none, instead of the one there is. */
void lq_known_set_token(lq_known *known, lq_token *token);

/* Whether TOKEN (NULL: no) has not expired at UNIX_MS (LQ_NEVER: who
 * knows). */
bool lq_token_is_good(const lq_token *token, int64_t unix_ms);

/* Make KNOWN's agent, if it has none.  LQ_OK or LQ_E_NOMEM. */
int lq_known_agent(lq_known *known);

#endif
