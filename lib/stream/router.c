/* router.c - see router.h.
 *
 * A handler stands in the chain of its (name, kind, type), and the chain in
 * the space of its namespace; wildcards have chains and a space of their own.
 * So each payload costs one look-up, of its namespace, and hardly that if
 * nobody waits for any like it.  The names that handlers want in one namespace
 * are few, and are searched. */
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
    struct lq_chain *next; /* in its space */
    offer *first, **last;
    int kind, type;
    char *name; /* NULL: any */
};

struct lq_space {
    struct lq_chain *chains;
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

static struct lq_chain *space_chain(struct lq_space *space,
                                    const lq_handler *handler)
{
    struct lq_chain *chain = space->chains;

    while (chain != NULL &&
           (chain->kind != handler->kind || chain->type != handler->type ||
            !lq_text_equal(chain->name, handler->name))) {
        chain = chain->next;
    }
    if (chain != NULL) {
        return chain;
    }
    chain = lq_calloc(1, sizeof(*chain));
    if (chain == NULL || lq_replace(&chain->name, handler->name) < 0) {
        lq_free(chain);
        return NULL;
    }
    chain->next = space->chains;
    chain->last = &chain->first;
    chain->kind = handler->kind;
    chain->type = handler->type;
    space->chains = chain;
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

static void space_forget(struct lq_space *space, const void *self)
{
    struct lq_chain *chain = space == NULL ? NULL : space->chains;

    for (; chain != NULL; chain = chain->next) {
        chain_forget(chain, self);
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

static void space_free(struct lq_space *space)
{
    struct lq_chain *chain = space == NULL ? NULL : space->chains;

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

/* Chains that match, in the order in which they are asked. */
enum { ANY_TYPE = 1, ANY_NAME = 2, CHAINS = 4 };

static void space_match(const struct lq_space *space, const lq_stanza *stanza,
                        const char *name, const struct lq_chain *found[CHAINS])
{
    int kind = stanza->kind, type = stanza->type;
    const struct lq_chain *chain = space->chains;

    for (; chain != NULL; chain = chain->next) {
        bool any_type = chain->type == LQ_ANY && type != LQ_ERROR;

        /* errors go only where they are asked for */
        if (chain->kind == kind && (any_type || chain->type == type) &&
            (chain->name == NULL || lq_name_same(chain->name, name))) {
            found[(any_type ? ANY_TYPE : 0) +
                  (chain->name == NULL ? ANY_NAME : 0)] = chain;
        }
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

static void route_space(route *r, const struct lq_space *space,
                        const lq_element *payload, int chains)
{
    const struct lq_chain *found[CHAINS] = { NULL };

    space_match(space, r->stanza, payload->name, found);
    for (int i = 0; i < chains; i++) {
        route_chain(r, found[i], payload);
    }
}

static void route_payload(route *r, const lq_element *payload)
{
    const lq_router *router = &r->stream->router;
    const struct lq_space *space = router_find(router, payload->xmlns);

    if (space != NULL) {
        route_space(r, space, payload, CHAINS);
    }
    if (router->anywhere != NULL) {
        route_space(r, router->anywhere, payload, ANY_NAME);
    }
}

/* Handlers for neither a name nor a namespace want the stanza as a whole. */
static void route_whole(route *r)
{
    const lq_element *own = lq_stanza_payload(r->stanza);
    const struct lq_chain *found[CHAINS] = { NULL };

    space_match(r->stream->router.anywhere, r->stanza, "", found);
    for (int i = ANY_NAME; i < CHAINS; i++) {
        route_chain(r, found[i], own);
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
        route_whole(r);
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
    if (kind == LQ_NONZA) {
        return LQ_HANDLED; /* not ours to understand */
    }
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
