/* scram.h - SCRAM from the client's side: RFC 5802, RFC 7677, RFC 9266.
 *
 * All hashes and all kinds of channel binding, and the two attributes by which
 * a server tells what it offered, so that nobody between can have shortened
 * the list: XEP-0474 (h) and XEP-0515 (t). */
#ifndef LQ_SCRAM_H
#define LQ_SCRAM_H

#include "sasl/exchange.h"
#include "sasl/mechanism.h"

/* The least number of iterations that is safe (RFC 7677, 4), and the most that
 * is not an attack on our time unless the program says otherwise. */
enum { LQ_SCRAM_ITERATIONS_MIN = 4096, LQ_SCRAM_ITERATIONS_MAX = 200000 };

/* WHO must live as long, and have .name and .channel; the rest of it is looked
 * at when it is needed.  LQ_OK or LQ_E_NOMEM. */
int lq_scram_new(const lq_mechanism *mechanism, const lq_login *who,
                 lq_own **made);

/* The attribute h: BASE64 of the hash of OFFERED.  LQ_OK, LQ_E_NOMEM. */
int lq_scram_offer_hash(gnutls_mac_algorithm_t mac, const char *offered,
                        size_t len, lq_buffer *base64);

#endif
