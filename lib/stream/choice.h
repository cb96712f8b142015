/* choice.h - how to log in: what the server offers, what we have, and what
 * nobody between may talk us into.
 *
 * The rules are those of XEP-0440 and XEP-0474, and the pins: what has worked
 * before is the least that is taken again. */
#ifndef LQ_CHOICE_H
#define LQ_CHOICE_H

#include "stream/offer.h"

/* What is never given up again unless the program says so. */
enum {
    LQ_PIN_SECRET = 1, /* no mechanism that tells the password: XEP-0474, 6 */
    LQ_PIN_BOUND = 2,  /* a mechanism that is bound to the channel */
    LQ_PIN_SASL2 = 4,  /* XEP-0388 */
};

/* What we have. */
typedef struct lq_means {
    lq_mechanism_set mechanisms; /* that we may use, and have what it takes */
    const lq_mechanism *token;   /* that our FAST token is for; NULL: none */
    lq_bindings bindings;        /* of this connection */
    lq_bindings refused;         /* of those, what the server did not take */
    bool protected_by_tls;       /* by us, so that binding is thinkable */
    bool may_bind;               /* the program does not rule it out */
    unsigned pins;
} lq_means;

typedef struct lq_choice {
    const lq_mechanism *mechanism; /* NULL: none */
    int profile;
    int binding;
    char flag;            /* of SCRAM: 'n', 'y' or 'p' */
    bool must_confirm;    /* h is required */
    const char *mistrust; /* a sentence: the offer cannot be the server's */
    bool weak;            /* ... or is less than before */
} lq_choice;

/* A mechanism, or none; .mistrust is set if the offer must not be answered. */
void lq_choose(lq_choice *choice, const lq_offer *offer, const lq_means *means);

bool lq_choice_equal(const lq_choice *a, const lq_choice *b);

/* What an exchange as CHOICE says proves for the next time: LQ_PIN_*. */
unsigned lq_choice_pins(const lq_choice *choice);

/* Which mechanism to ask a token for, XEP-0484; NULL: none. */
const lq_mechanism *lq_choose_token(const lq_offer *offer,
                                    const lq_means *means, bool early);

#endif
