/* router.c - see router.h.
 *
 * A key is "kind type name namespace" as one text.  For each payload of a
 * stanza the exact key is looked up first, then the wildcards, but only those
 * shapes of wildcard that any handler uses. */
#include "stream/router.h"

#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"

typedef struct offer {
    struct offer *next;
    lq_handler handler;
    void *self;
    uint32_t seen; /* the serial of the stanza that it was last offered */
} offer;

struct lq_chain {
    struct lq_chain *older; /* all of them, to be freed */
    offer *first, **last;
    size_t len;
    char key[];
};

struct lq_claim {
    lq_live live;
    struct lq_claim *next;
    lq_stream *stream;
    char *name, *xmlns, *feature;
};

enum { KEY_MAX = 512 }; /* longer names cannot match: nobody registers them */

/* Shapes of a key, from exact to all wildcards. */
enum { ANY_TYPE = 1, ANY_NAME = 2, ANY_XMLNS = 4, SHAPES = 8 };

void lq_router_init(lq_router *router, const lq_hash_key *key)
{
    lq_table_init(&router->chains, key);
}

/* The key's length, or 0 if it is too long. */
static size_t router_key(char key[KEY_MAX], int kind, int type,
                         const char *name, const char *xmlns)
{
    size_t name_len = name == NULL ? 0 : strlen(name);
    size_t xmlns_len = xmlns == NULL ? 0 : strlen(xmlns);
    size_t len = 2;

    if (name_len >= KEY_MAX / 2 || xmlns_len >= KEY_MAX / 2 - 8) {
        return 0;
    }
    key[0] = (char)('0' + kind);
    key[1] = (char)('0' + type);
    if (name != NULL) {
        key[len++] = '<'; /* so that "" is not NULL */
        memcpy(key + len, name, name_len);
        len += name_len;
    }
    if (xmlns != NULL) {
        key[len++] = '>';
        memcpy(key + len, xmlns, xmlns_len);
        len += xmlns_len;
    }
    return len;
}

static unsigned handler_shape(const lq_handler *handler)
{
    return (handler->type == LQ_ANY ? ANY_TYPE : 0u) |
           (handler->name == NULL ? ANY_NAME : 0u) |
           (handler->xmlns == NULL ? ANY_XMLNS : 0u);
}

static struct lq_chain *router_chain(lq_router *router, const char *key,
                                     size_t len)
{
    struct lq_chain *chain = lq_table_get(&router->chains, key, len);

    if (chain != NULL) {
        return chain;
    }
    chain = lq_calloc(1, sizeof(*chain) + len);
    if (chain == NULL) {
        return NULL;
    }
    memcpy(chain->key, key, len);
    chain->len = len;
    chain->last = &chain->first;
    if (lq_table_set(&router->chains, chain->key, len, chain) < 0) {
        lq_free(chain);
        return NULL;
    }
    return chain;
}

int lq_stream_handle(lq_stream *stream, const lq_handler *handler, void *self)
{
    lq_router *router = &stream->router;
    struct lq_chain *chain;
    char key[KEY_MAX];
    size_t len = router_key(key, handler->kind, handler->type, handler->name,
                            handler->xmlns);
    offer *added;

    if (len == 0) {
        return LQ_E_ARGUMENT;
    }
    added = lq_calloc(1, sizeof(*added));
    if (added == NULL) {
        return LQ_E_NOMEM;
    }
    chain = router_chain(router, key, len);
    if (chain == NULL) {
        lq_free(added);
        return LQ_E_NOMEM;
    }
    added->handler = *handler;
    added->self = self;
    *chain->last = added;
    chain->last = &added->next;
    router->shapes |= 1u << handler_shape(handler);
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

void lq_router_forget(lq_router *router, const void *self)
{
    struct lq_chain *chain;
    size_t cursor = 0;

    while ((chain = lq_table_next(&router->chains, &cursor)) != NULL) {
        chain_forget(chain, self);
    }
}

void lq_router_clear(lq_router *router)
{
    struct lq_chain *chain;
    struct lq_claim *claim;
    size_t cursor = 0;

    while ((chain = lq_table_next(&router->chains, &cursor)) != NULL) {
        while (chain->first != NULL) {
            offer *next = chain->first->next;

            lq_free(chain->first);
            chain->first = next;
        }
        lq_free(chain);
    }
    lq_table_clear(&router->chains);
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

static void route_chain(route *r, unsigned shape, const char *name,
                        const char *xmlns, const lq_element *payload)
{
    int type = lq_stanza_type(r->stanza);
    const struct lq_chain *chain;
    char key[KEY_MAX];
    size_t len;

    if ((r->stream->router.shapes & 1u << shape) == 0 ||
        (type == LQ_ERROR && (shape & ANY_TYPE) != 0)) {
        return; /* errors go only where they are asked for */
    }
    len = router_key(key, lq_stanza_kind(r->stanza),
                     (shape & ANY_TYPE) != 0 ? LQ_ANY : type,
                     (shape & ANY_NAME) != 0 ? NULL : name,
                     (shape & ANY_XMLNS) != 0 ? NULL : xmlns);
    chain = len == 0 ? NULL : lq_table_get(&r->stream->router.chains, key, len);
    for (offer *to = chain == NULL ? NULL : chain->first;
         to != NULL && !route_is_over(r); to = to->next) {
        route_offer(r, to, payload);
    }
}

static void route_payload(route *r, const lq_element *payload)
{
    const char *name = lq_element_name(payload);
    const char *xmlns = lq_element_xmlns(payload);

    for (unsigned shape = 0; shape < SHAPES; shape++) {
        if ((shape & (ANY_NAME | ANY_XMLNS)) != (ANY_NAME | ANY_XMLNS)) {
            route_chain(r, shape, name, xmlns, payload);
        }
    }
}

static void route_all(route *r)
{
    const lq_element *payload =
        lq_element_child(lq_stanza_root(r->stanza), NULL, NULL);
    const lq_element *own = lq_stanza_payload(r->stanza);

    for (; payload != NULL; payload = lq_element_next(payload, NULL, NULL)) {
        route_payload(r, payload);
    }
    route_chain(r, ANY_NAME | ANY_XMLNS, NULL, NULL, own);
    route_chain(r, ANY_TYPE | ANY_NAME | ANY_XMLNS, NULL, NULL, own);
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
