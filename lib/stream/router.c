/* router.c - see router.h.
 *
 * A handler stands in the chain of its (name, kind, type), and the chain in
 * the space of its namespace; wildcards have chains and a space of their own.
 * So each payload costs one look-up, of its namespace, and hardly that if
 * nobody waits for any like it.  The chains of one space are mostly few and
 * then just searched; as they grow more, they are spread by their names. */
#include "stream/router.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stream/stream.h"
#include "xml/names.h"

typedef struct offer {
    struct offer *next;
    lq_handler handler;
    void *self;
    uint32_t seen; /* the serial of the stanza that it was last offered */
} offer;

struct lq_chain {
    struct lq_chain *next; /* of those that a search of its space meets */
    offer *first, **last;
    int kind, type;
    char *name; /* NULL: any */
};

/* How many chains, on average, a search may meet. */
#define FEW_CHAINS 8

struct lq_space {
    struct lq_chain *unnamed; /* for any name */
    struct lq_chain **named;  /* SIZE lists, by the hash of the name */
    uint32_t size;            /* a power of two, or 0 */
    uint32_t count;           /* of named chains */
    char xmlns[];
};

struct lq_claim {
    lq_live live;
    struct lq_claim *next;
    lq_stream *stream;
    char *name, *xmlns, *feature;
};

void lq_router_init(lq_router *router) { lq_table_init(&router->spaces, NULL); }

/* A bit that namespaces like XMLNS have. */
static uint64_t space_mark(const char *xmlns, size_t len)
{
    unsigned last = len == 0 ? 0 : (uint8_t)xmlns[len - 1];

    return UINT64_C(1) << ((len + 7 * last) % 64);
}

static struct lq_space *router_find(const lq_router *router, const char *xmlns)
{
    size_t len = strlen(xmlns);

    return (router->marks & space_mark(xmlns, len)) == 0
               ? NULL
               : lq_table_get(&router->spaces, xmlns, len);
}

/* ---- registering ---- */

/* The space of XMLNS, made if need be. */
static struct lq_space *router_space(lq_router *router, const char *xmlns)
{
    struct lq_space *space =
        xmlns == NULL ? router->anywhere : router_find(router, xmlns);
    size_t len = xmlns == NULL ? 0 : strlen(xmlns);

    if (space != NULL) {
        return space;
    }
    space = lq_calloc(1, sizeof(*space) + len + 1);
    if (space == NULL) {
        return NULL;
    }
    if (xmlns == NULL) {
        router->anywhere = space;
        return space;
    }
    memcpy(space->xmlns, xmlns, len);
    if (lq_table_set(&router->spaces, space->xmlns, len, space) < 0) {
        lq_free(space);
        return NULL;
    }
    router->marks |= space_mark(xmlns, len);
    return space;
}

/* Where the chains of NAME begin, and maybe of others; SPACE has named ones. */
static struct lq_chain **space_named(const struct lq_space *space,
                                     const char *name)
{
    uint32_t hash = space->size == 1 ? 0 : lq_plain_hash(name, strlen(name));

    return &space->named[hash & (space->size - 1)];
}

static void chain_put(struct lq_chain *chain, struct lq_chain **into)
{
    chain->next = *into;
    *into = chain;
}

/* Make room in SPACE for one more named chain. */
static int space_grow(struct lq_space *space)
{
    struct lq_space grown = *space;

    if (space->count < space->size * FEW_CHAINS) {
        return LQ_OK;
    }
    grown.size = space->size == 0 ? 1 : space->size * FEW_CHAINS;
    grown.named = lq_calloc(grown.size, sizeof(struct lq_chain *));
    if (grown.named == NULL) {
        return LQ_E_NOMEM;
    }
    for (uint32_t i = 0; i < space->size; i++) {
        struct lq_chain *chain = space->named[i];

        while (chain != NULL) {
            struct lq_chain *next = chain->next;

            chain_put(chain, space_named(&grown, chain->name));
            chain = next;
        }
    }
    lq_free(space->named);
    space->named = grown.named;
    space->size = grown.size;
    return LQ_OK;
}

static struct lq_chain *chain_new(const lq_handler *handler)
{
    struct lq_chain *chain = lq_calloc(1, sizeof(*chain));

    if (chain == NULL || lq_replace(&chain->name, handler->name) < 0) {
        lq_free(chain);
        return NULL;
    }
    chain->last = &chain->first;
    chain->kind = handler->kind;
    chain->type = handler->type;
    return chain;
}

/* The chain of HANDLER in its space, made if need be. */
static struct lq_chain *space_chain(struct lq_space *space,
                                    const lq_handler *handler)
{
    const char *name = handler->name;
    struct lq_chain **into = &space->unnamed, *chain;

    if (name != NULL) {
        if (space_grow(space) < 0) {
            return NULL;
        }
        into = space_named(space, name);
    }
    chain = *into;
    while (chain != NULL &&
           (chain->kind != handler->kind || chain->type != handler->type ||
            !lq_text_equal(chain->name, name))) {
        chain = chain->next;
    }
    if (chain == NULL && (chain = chain_new(handler)) != NULL) {
        chain_put(chain, into);
        space->count += name != NULL;
    }
    return chain;
}

int lq_stream_handle(lq_stream *stream, const lq_handler *handler, void *self)
{
    struct lq_space *space = router_space(&stream->router, handler->xmlns);
    struct lq_chain *chain = space == NULL ? NULL : space_chain(space, handler);
    offer *added = chain == NULL ? NULL : lq_calloc(1, sizeof(*added));

    if (added == NULL) {
        return LQ_E_NOMEM;
    }
    added->handler = *handler;
    added->self = self;
    *chain->last = added;
    chain->last = &added->next;
    return LQ_OK;
}

static void chain_forget(struct lq_chain *chain, const void *self)
{
    offer **at = &chain->first;

    while (*at != NULL) {
        offer *o = *at;

        if (o->self == self) {
            *at = o->next;
            lq_free(o);
        } else {
            at = &o->next;
        }
    }
    chain->last = at;
}

static void chains_forget(struct lq_chain *chain, const void *self)
{
    for (; chain != NULL; chain = chain->next) {
        chain_forget(chain, self);
    }
}

static void space_forget(struct lq_space *space, const void *self)
{
    if (space == NULL) {
        return;
    }
    chains_forget(space->unnamed, self);
    for (uint32_t i = 0; i < space->size; i++) {
        chains_forget(space->named[i], self);
    }
}

void lq_router_forget(lq_router *router, const void *self)
{
    struct lq_space *space;
    size_t cursor = 0;

    while ((space = lq_table_next(&router->spaces, &cursor)) != NULL) {
        space_forget(space, self);
    }
    space_forget(router->anywhere, self);
}

static void chains_free(struct lq_chain *chain)
{
    while (chain != NULL) {
        struct lq_chain *next = chain->next;

        while (chain->first != NULL) {
            offer *o = chain->first;

            chain->first = o->next;
            lq_free(o);
        }
        lq_free(chain->name);
        lq_free(chain);
        chain = next;
    }
}

static void space_free(struct lq_space *space)
{
    if (space == NULL) {
        return;
    }
    chains_free(space->unnamed);
    for (uint32_t i = 0; i < space->size; i++) {
        chains_free(space->named[i]);
    }
    lq_free(space->named);
    lq_free(space);
}

void lq_router_clear(lq_router *router)
{
    struct lq_space *space;
    struct lq_claim *claim;
    size_t cursor = 0;

    while ((space = lq_table_next(&router->spaces, &cursor)) != NULL) {
        space_free(space);
    }
    lq_table_clear(&router->spaces);
    space_free(router->anywhere);
    while ((claim = router->claims) != NULL) {
        router->claims = claim->next;
        lq_free(claim->name);
        lq_free(claim->xmlns);
        lq_free(claim->feature);
        lq_free(claim);
    }
}

/* ---- routing ---- */

/* What a handler returned, as far as it concerns more than one stanza. */
typedef struct route {
    lq_stream *stream;
    const lq_stanza *stanza;
    bool handled;
    int condition; /* the stanza error that a handler returned, or 0 */
} route;

static bool route_is_over(const route *r)
{
    return lq_stanza_kind(r->stanza) == LQ_IQ &&
           (r->handled || r->condition != 0 || r->stream->router.iq == NULL);
}

static void route_offer(route *r, offer *to, const lq_element *payload)
{
    int rv;

    if (to->seen == r->stream->router.serial) {
        return; /* once is enough, whichever payload it was for */
    }
    to->seen = r->stream->router.serial;
    rv = to->handler.handle(to->self, r->stanza, payload);
    if (rv == LQ_HANDLED) {
        r->handled = true;
    } else if (rv >= LQ_STANZA_BAD_REQUEST) {
        r->condition = rv;
    } else if (rv < 0) {
        r->condition = LQ_STANZA_INTERNAL_SERVER_ERROR;
    }
}

static void route_chain(route *r, const struct lq_chain *chain,
                        const lq_element *payload)
{
    for (offer *to = chain == NULL ? NULL : chain->first;
         to != NULL && !route_is_over(r); to = to->next) {
        route_offer(r, to, payload);
    }
}

/* To those of CHAINS that are for the stanza and, unless NULL, for NAME; first
 * to who wants just its type. */
static void route_chains(route *r, const struct lq_chain *chains,
                         const char *name, const lq_element *payload)
{
    int kind = r->stanza->kind, type = r->stanza->type;
    const struct lq_chain *typed = NULL, *untyped = NULL;

    for (; chains != NULL; chains = chains->next) {
        if (chains->kind == kind &&
            (name == NULL || lq_name_same(chains->name, name))) {
            if (chains->type == type) {
                typed = chains;
            } else if (chains->type == LQ_ANY) {
                untyped = chains;
            }
        }
    }
    route_chain(r, typed, payload);
    if (type != LQ_ERROR) { /* errors go only where they are asked for */
        route_chain(r, untyped, payload);
    }
}

static void route_named(route *r, const struct lq_space *space,
                        const lq_element *payload)
{
    if (space->count > 0) {
        route_chains(r, *space_named(space, payload->name), payload->name,
                     payload);
    }
}

static void route_payload(route *r, const lq_element *payload)
{
    const lq_router *router = &r->stream->router;
    const struct lq_space *space = router_find(router, payload->xmlns);

    if (space != NULL) {
        route_named(r, space, payload);
        route_chains(r, space->unnamed, NULL, payload);
    }
    if (router->anywhere != NULL) {
        route_named(r, router->anywhere, payload);
    }
}

static void route_all(route *r)
{
    const lq_router *router = &r->stream->router;
    const lq_element *node = lq_element_first_node(r->stanza->root);

    if (router->marks != 0 || router->anywhere != NULL) {
        for (; node != NULL; node = node->next) {
            if (node->name != NULL) {
                route_payload(r, node);
            }
        }
    }
    if (router->anywhere != NULL) {
        /* who waits for neither a name nor a namespace wants the whole */
        route_chains(r, router->anywhere->unnamed, NULL,
                     lq_stanza_payload(r->stanza));
    }
}

/* RFC 6120, 8.2.3: an id, a known type, exactly one child. */
static bool iq_is_proper(const lq_stanza *stanza)
{
    const lq_element *child =
        lq_element_child(lq_stanza_root(stanza), NULL, NULL);

    return child != NULL && lq_element_next(child, NULL, NULL) == NULL;
}

static int route_iq(route *r)
{
    lq_stream *stream = r->stream;
    const lq_stanza *iq = r->stanza;

    stream->router.iq = iq;
    if (lq_stanza_type(iq) == LQ_INVALID || !iq_is_proper(iq)) {
        r->condition = LQ_STANZA_BAD_REQUEST;
    } else {
        route_all(r);
    }
    if (stream->router.iq == NULL) {
        return LQ_HANDLED; /* a handler has answered it */
    }
    if (r->condition == 0 && r->handled) {
        return lq_stream_reply_result(stream, iq);
    }
    return lq_stream_reply_error(
        stream, iq,
        r->condition != 0 ? r->condition : LQ_STANZA_SERVICE_UNAVAILABLE);
}

int lq_router_route(lq_stream *stream, const lq_stanza *stanza)
{
    route r = { .stream = stream, .stanza = stanza };
    int kind = lq_stanza_kind(stanza), type = lq_stanza_type(stanza);

    stream->router.serial++;
    if (kind == LQ_IQ && (type == LQ_RESULT || type == LQ_ERROR)) {
        lq_tickets_reply(stream, stanza);
        return LQ_HANDLED;
    }
    if (kind == LQ_IQ) {
        if (lq_stanza_id(stanza) != NULL) {
            route_iq(&r);
        }
        stream->router.iq = NULL;
        return LQ_HANDLED;
    }
    if (type == LQ_INVALID) {
        return LQ_HANDLED; /* RFC 6121, 4.7.1: a presence of no known type */
    }
    route_all(&r);
    return r.handled ? LQ_HANDLED : LQ_PASS;
}

/* ---- claims: handlers that a program without functions can have ---- */

static int claim_handle(void *self, const lq_stanza *stanza,
                        const lq_element *payload)
{
    const struct lq_claim *claim = self;
    lq_stream *stream = claim->stream;
    int rv;

    (void)payload;
    if (lq_stanza_kind(stanza) != LQ_IQ) {
        rv = lq_stream_emit(stream, LQ_EVENT_CLAIMED, claim->live.id, 0, stanza,
                            NULL);
        return rv < 0 ? rv : LQ_HANDLED;
    }
    rv = lq_question_ask(stream, LQ_QUESTION_IQ, stanza, NULL, NULL);
    if (rv < 0) {
        return rv == LQ_E_FULL ? LQ_STANZA_RESOURCE_CONSTRAINT : rv;
    }
    stream->router.iq = NULL; /* answered later */
    return LQ_HANDLED;
}

static struct lq_claim *claim_new(lq_stream *stream, const char *name,
                                  const char *xmlns, const char *feature)
{
    struct lq_claim *claim = lq_calloc(1, sizeof(*claim));

    if (claim == NULL) {
        return NULL;
    }
    claim->stream = stream;
    claim->next = stream->router.claims;
    stream->router.claims = claim; /* freed with the router in any case */
    if (lq_replace(&claim->name, name) < 0 ||
        lq_replace(&claim->xmlns, xmlns) < 0 ||
        lq_ids_add(&stream->ids, &claim->live, LQ_LIVE_CLAIM) < 0 ||
        lq_replace(&claim->feature, feature) < 0) {
        return NULL;
    }
    return claim;
}

static bool claim_is_possible(int kind, int type)
{
    switch (kind) {
    case LQ_IQ:
        return type == LQ_ANY || type == LQ_GET || type == LQ_SET;
    case LQ_MESSAGE:
        return type == LQ_ANY || type == LQ_ERROR ||
               (type >= LQ_NORMAL && type <= LQ_HEADLINE);
    case LQ_PRESENCE:
        return type == LQ_ANY || type == LQ_ERROR ||
               (type >= LQ_AVAILABLE && type <= LQ_PROBE);
    default:
        return false;
    }
}

lq_id lq_stream_claim(lq_stream *stream, int kind, int type, const char *name,
                      const char *xmlns, const char *feature)
{
    struct lq_claim *claim;
    lq_handler handler = { .kind = kind, .type = type };
    int rv;

    if (!claim_is_possible(kind, type)) {
        return LQ_E_ARGUMENT;
    }
    claim = claim_new(stream, name, xmlns, feature);
    if (claim == NULL) {
        return LQ_E_NOMEM;
    }
    handler.name = claim->name;
    handler.xmlns = claim->xmlns;
    handler.handle = claim_handle;
    rv = lq_stream_handle(stream, &handler, claim);
    if (rv < 0) {
        lq_replace(&claim->feature, NULL);
        return rv;
    }
    return claim->live.id;
}

int lq_router_features(const lq_router *router,
                       int (*tell)(void *self, const char *feature), void *self)
{
    int rv = LQ_OK;

    for (const struct lq_claim *c = router->claims; c != NULL && rv >= 0;
         c = c->next) {
        if (c->feature != NULL) {
            rv = tell(self, c->feature);
        }
    }
    return rv;
}
