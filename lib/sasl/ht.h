/* ht.h - HT-*: a token instead of a password, in one round trip:
 * draft-schmaus-kitten-sasl-ht.
 *
 *     C: NAME NUL HMAC(token, "Initiator" channel-binding)
 *     S: HMAC(token, "Responder" channel-binding) */
#ifndef LQ_HT_H
#define LQ_HT_H

#include "sasl/exchange.h"

/* WHO must live as long, and have .name, .token and .channel.  LQ_OK or
 * LQ_E_NOMEM. */
int lq_ht_new(const lq_mechanism *mechanism, const lq_login *who,
              lq_own **made);

#endif
