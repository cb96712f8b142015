/* disco.c - Service Discovery, XEP-0030.
 *
 * What we are is what the program says; what we can is what the modules and
 * claims of the stream advertise, and what the program adds, each told once.
 * Nothing of ours has nodes or items (yet), so a question about a node finds
 * none. */
#include <loquat/disco.h>
#include <loquat/module.h>

#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"

#define NS_INFO  "http://jabber.org/protocol/disco#info"
#define NS_ITEMS "http://jabber.org/protocol/disco#items"
#define NS_XML   "http://www.w3.org/XML/1998/namespace"

typedef struct identity {
    struct identity *next;
    char *category;
    char *type;
    char *lang; /* or NULL */
    char *name; /* or NULL */
} identity;

struct lq_disco {
    lq_stream *stream;
    identity *identities; /* in order of addition; none: client/pc */
    lq_table features;    /* that are no module's: each text -> itself */
};

/* ---- what we are and can ---- */

static void identity_free(identity *i)
{
    lq_free(i->category);
    lq_free(i->type);
    lq_free(i->lang);
    lq_free(i->name);
    lq_free(i);
}

static void build_identity(lq_builder *b, const char *category,
                           const char *type, const char *lang, const char *name)
{
    lq_build_open(b, "identity", NULL);
    lq_build_attr(b, "category", category);
    lq_build_attr(b, "type", type);
    lq_build_attr_ns(b, "lang", NS_XML, lang);
    lq_build_attr(b, "name", name);
    lq_build_close(b);
}

/* Features that are being told. */
typedef struct listing {
    lq_builder *b;
    lq_table told; /* the feature -> the listing */
} listing;

static int build_feature(void *self, const char *var)
{
    listing *l = self;
    size_t len = strlen(var);

    if (lq_table_get(&l->told, var, len) != NULL) {
        return LQ_OK;
    }
    lq_build_open(l->b, "feature", NULL);
    lq_build_attr(l->b, "var", var);
    lq_build_close(l->b);
    return lq_table_set(&l->told, var, len, l);
}

static int build_features(lq_builder *b, const lq_disco *disco)
{
    const char *added;
    listing l = { .b = b };
    size_t cursor = 0;
    int rv;

    lq_table_init(&l.told, NULL);
    rv = lq_stream_features(disco->stream, build_feature, &l);
    while (rv == LQ_OK &&
           (added = lq_table_next(&disco->features, &cursor)) != NULL) {
        rv = build_feature(&l, added);
    }
    lq_table_clear(&l.told);
    return rv;
}

static int build_ourselves(lq_builder *b, const lq_disco *disco)
{
    if (disco->identities == NULL) {
        build_identity(b, "client", "pc", NULL, NULL);
    }
    for (const identity *i = disco->identities; i != NULL; i = i->next) {
        build_identity(b, i->category, i->type, i->lang, i->name);
    }
    return build_features(b, disco);
}

/* ---- the module ---- */

static int disco_init(void *self, lq_stream *stream)
{
    lq_disco *disco = self;

    disco->stream = stream;
    lq_table_init(&disco->features, NULL);
    return LQ_OK;
}

static void disco_clear(void *self)
{
    lq_disco *disco = self;
    size_t cursor = 0;
    char *added;

    while (disco->identities != NULL) {
        identity *i = disco->identities;

        disco->identities = i->next;
        identity_free(i);
    }
    while ((added = lq_table_next(&disco->features, &cursor)) != NULL) {
        lq_free(added);
    }
    lq_table_clear(&disco->features);
}

/* Both kinds of question: the payload's namespace tells which. */
static int disco_get(void *self, const lq_stanza *stanza,
                     const lq_element *query)
{
    lq_disco *disco = self;
    const char *node = lq_element_attr(query, "node");
    lq_builder *b;
    int rv = LQ_OK;

    if (node != NULL && *node != '\0') {
        return LQ_STANZA_ITEM_NOT_FOUND;
    }
    b = lq_build_result(disco->stream, stanza);
    lq_build_open(b, "query", lq_element_xmlns(query));
    lq_build_attr(b, "node", node); /* an empty one is mirrored too */
    if (lq_element_is(query, NULL, NS_INFO)) {
        rv = build_ourselves(b, disco);
    }
    lq_build_close(b);
    if (rv < 0) {
        lq_builder_free(b);
        return rv;
    }
    return lq_stream_answer(disco->stream, b);
}

static const char *const features[] = { NS_INFO, NS_ITEMS, NULL };

static const lq_handler handlers[] = {
    { LQ_IQ, LQ_GET, "query", NS_INFO, disco_get },
    { LQ_IQ, LQ_GET, "query", NS_ITEMS, disco_get },
    { 0 },
};

static const lq_module module = {
    .name = "disco",
    .features = features,
    .handlers = handlers,
    .size = sizeof(lq_disco),
    .init = disco_init,
    .clear = disco_clear,
};

lq_disco *lq_disco_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

/* ---- telling more ---- */

static bool is_empty(const char *text) { return text == NULL || *text == '\0'; }

int lq_disco_add_identity(lq_disco *disco, const char *category,
                          const char *type, const char *lang, const char *name)
{
    identity **end = &disco->identities;
    identity *i;

    if (is_empty(category) || is_empty(type)) {
        return LQ_E_ARGUMENT;
    }
    for (; *end != NULL; end = &(*end)->next) {
        if (lq_text_equal((*end)->category, category) &&
            lq_text_equal((*end)->type, type) &&
            lq_text_equal((*end)->lang, lang)) {
            return LQ_E_ARGUMENT; /* XEP-0030, 3.1 */
        }
    }
    i = lq_calloc(1, sizeof(*i));
    if (i == NULL) {
        return LQ_E_NOMEM;
    }
    if (lq_replace(&i->category, category) < 0 ||
        lq_replace(&i->type, type) < 0 || lq_replace(&i->lang, lang) < 0 ||
        lq_replace(&i->name, name) < 0) {
        identity_free(i);
        return LQ_E_NOMEM;
    }
    *end = i;
    return LQ_OK;
}

int lq_disco_add_feature(lq_disco *disco, const char *var)
{
    size_t len;
    char *added;

    if (is_empty(var)) {
        return LQ_E_ARGUMENT;
    }
    len = strlen(var);
    if (lq_table_get(&disco->features, var, len) != NULL) {
        return LQ_OK;
    }
    added = lq_strdup(var);
    if (added == NULL ||
        lq_table_set(&disco->features, added, len, added) < 0) {
        lq_free(added);
        return LQ_E_NOMEM;
    }
    return LQ_OK;
}

/* ---- asking ---- */

static lq_id disco_ask(lq_disco *disco, const char *xmlns, const char *jid,
                       const char *node)
{
    lq_builder *b = lq_build_iq(disco->stream, LQ_GET, jid);

    lq_build_open(b, "query", xmlns);
    lq_build_attr(b, "node", node);
    lq_build_close(b);
    return lq_stream_request(disco->stream, b);
}

lq_id lq_disco_info(lq_disco *disco, const char *jid, const char *node)
{
    return disco_ask(disco, NS_INFO, jid, node);
}

lq_id lq_disco_items(lq_disco *disco, const char *jid, const char *node)
{
    return disco_ask(disco, NS_ITEMS, jid, node);
}

/* ---- reading a reply ---- */

static const lq_element *reply_query(const lq_stanza *reply, const char *xmlns)
{
    return lq_element_child(lq_stanza_root(reply), "query", xmlns);
}

bool lq_disco_has(const lq_stanza *reply, const char *var)
{
    const lq_element *e =
        lq_element_child(reply_query(reply, NS_INFO), "feature", NS_INFO);

    while (e != NULL && !lq_text_equal(lq_element_attr(e, "var"), var)) {
        e = lq_element_next(e, "feature", NS_INFO);
    }
    return e != NULL && var != NULL;
}

static bool matches(const char *have, const char *want)
{
    return want == NULL || lq_text_equal(have, want);
}

bool lq_disco_is(const lq_stanza *reply, const char *category, const char *type)
{
    const lq_element *e =
        lq_element_child(reply_query(reply, NS_INFO), "identity", NS_INFO);

    while (e != NULL && !(matches(lq_element_attr(e, "category"), category) &&
                          matches(lq_element_attr(e, "type"), type))) {
        e = lq_element_next(e, "identity", NS_INFO);
    }
    return e != NULL;
}

const char *lq_disco_item(const lq_stanza *reply, int index, const char **node,
                          const char **name)
{
    const lq_element *e =
        lq_element_child(reply_query(reply, NS_ITEMS), "item", NS_ITEMS);

    for (; e != NULL; e = lq_element_next(e, "item", NS_ITEMS)) {
        if (lq_element_attr(e, "jid") != NULL && index-- == 0) {
            break;
        }
    }
    if (node != NULL) {
        *node = lq_element_attr(e, "node");
    }
    if (name != NULL) {
        *name = lq_element_attr(e, "name");
    }
    return lq_element_attr(e, "jid");
}
