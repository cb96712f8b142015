/* router.h - who gets a stanza: handlers by (kind, type, name, namespace).
 *
 * Handlers wait in chains, one for each distinct key, found by hashing; a
 * stanza is looked up under the few keys that can match each of its payloads,
 * exact before wildcard. */
#ifndef LQ_ROUTER_H
#define LQ_ROUTER_H

#include <loquat/module.h>

#include "base/table.h"

typedef struct lq_router {
    lq_table chains;     /* key -> struct lq_chain */
    unsigned shapes;     /* which wildcard shapes exist at all */
    uint32_t serial;     /* of the stanza being routed */
    const lq_stanza *iq; /* the get or set being routed, unanswered */
    struct lq_claim *claims;
} lq_router;

void lq_router_init(lq_router *router, const lq_hash_key *key);
void lq_router_clear(lq_router *router);

/* Take back all handlers of SELF. */
void lq_router_forget(lq_router *router, const void *self);

/* Give STANZA to all it concerns.  LQ_PASS: it is to surface as an event. */
int lq_router_route(lq_stream *stream, const lq_stanza *stanza);

/* Tell the features that claims add; see lq_stream_features(). */
int lq_router_features(const lq_router *router,
                       int (*tell)(void *self, const char *feature),
                       void *self);

#endif
