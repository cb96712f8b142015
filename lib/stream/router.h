/* router.h - who gets a stanza: handlers by (kind, type, name, namespace).
 *
 * Handlers are found by the namespace that they wait for; each payload of a
 * stanza is given to those whose key matches, exact before wildcard. */
#ifndef LQ_ROUTER_H
#define LQ_ROUTER_H

#include <loquat/module.h>

#include "base/table.h"

typedef struct lq_router {
    lq_table spaces;           /* namespace -> struct lq_space */
    struct lq_space *anywhere; /* of handlers for any namespace, or NULL */
    uint64_t marks;            /* bits that the namespaces in it have */
    uint32_t serial;           /* of the stanza being routed */
    const lq_stanza *iq;       /* the get or set being routed, unanswered */
    struct lq_claim *claims;
} lq_router;

void lq_router_init(lq_router *router);
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
