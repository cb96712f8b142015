/* offer.h - what a server offers to those who want to log in.
 *
 * Of everything in <stream:features/> only what we know counts, so an offer is
 * small enough to be kept: the next login can begin before the server has said
 * again what it said the last time. */
#ifndef LQ_OFFER_H
#define LQ_OFFER_H

#include <loquat/element.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sasl/binding.h"
#include "sasl/mechanism.h"

/* The two ways in which SASL is spoken. */
enum {
    LQ_SASL1 = 0, /* RFC 6120, 6 */
    LQ_SASL2,     /* XEP-0388 */
    LQ_PROFILES,
};

typedef struct lq_offer {
    lq_mechanism_set mechanisms[LQ_PROFILES];
    lq_mechanism_set fast; /* XEP-0484 */
    lq_bindings bindings;  /* XEP-0440 */
    bool announces : 1;    /* there is such a list */
    bool bind : 1;         /* XEP-0386 */
    bool early : 1;        /* FAST in TLS early data */
    bool resume : 1;       /* XEP-0198, within SASL 2 */
    bool upgrade_256 : 1;  /* XEP-0480: SCRAM-SHA-256 */
    bool upgrade_512 : 1;
    unsigned char plus; /* profiles with any -PLUS, bit by bit */
} lq_offer;

/* Read FEATURES; NULL offers nothing. */
void lq_offer_read(lq_offer *offer, const lq_element *features);

/* Whether it offers PROFILE at all. */
static inline bool lq_offer_has(const lq_offer *offer, int profile)
{
    return offer->mechanisms[profile] != 0;
}

/* Append the string whose hash the server tells: XEP-0474, 5.1.  LQ_OK,
 * LQ_E_NOMEM, LQ_E_FULL if there is more than can be meant well. */
int lq_offer_text(const lq_element *features, int profile, lq_buffer *out);

/* Append all mechanisms by name, for a person. */
int lq_offer_names(const lq_element *features, lq_buffer *out);

/* What it offers to do while binding, or NULL. */
const lq_element *lq_offer_bind(const lq_element *features);

/* The elements. */
const lq_element *lq_offer_element(const lq_element *features, int profile);

#define LQ_NS_SASL2    "urn:xmpp:sasl:2"
#define LQ_NS_BIND2    "urn:xmpp:bind:0"
#define LQ_NS_FAST     "urn:xmpp:fast:0"
#define LQ_NS_BINDINGS "urn:xmpp:sasl-cb:0"
#define LQ_NS_UPGRADE  "urn:xmpp:sasl:upgrade:0"

#endif
