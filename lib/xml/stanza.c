/* stanza.c - see element.h and stanza.h.
 *
 * What the words of RFC 6120 and 6121 mean, as tables; and a reference count.
 */
#include "stanza.h"

#include <string.h>

#include "base/array.h"
#include "xml/framer.h"
#include "xml/names.h"
#include "xml/parser.h"

/* Limits of lq_stanza_parse(). */
static const lq_limits limits = {
    .element = 1024 * 1024,
    .depth = LQ_DEPTH_MAX,
    .attrs = LQ_ATTRS_OWN_MAX,
    .name = 1024,
};

static const struct {
    const char *name;
    int kind;
    int missing, unknown; /* what its type is then */
} kinds[] = {
    { "message", LQ_MESSAGE, LQ_NORMAL, LQ_NORMAL },
    { "presence", LQ_PRESENCE, LQ_AVAILABLE, LQ_INVALID },
    { "iq", LQ_IQ, LQ_INVALID, LQ_INVALID },
};

#define KIND(kind) (1 << (kind))
#define ALL_KINDS  (KIND(LQ_MESSAGE) | KIND(LQ_PRESENCE) | KIND(LQ_IQ))

/* By type. */
static const struct {
    const char *name;
    int kinds; /* that have it */
} types[] = {
    [LQ_ERROR] = { "error", ALL_KINDS },
    [LQ_GET] = { "get", KIND(LQ_IQ) },
    [LQ_SET] = { "set", KIND(LQ_IQ) },
    [LQ_RESULT] = { "result", KIND(LQ_IQ) },
    [LQ_NORMAL] = { "normal", KIND(LQ_MESSAGE) },
    [LQ_CHAT] = { "chat", KIND(LQ_MESSAGE) },
    [LQ_GROUPCHAT] = { "groupchat", KIND(LQ_MESSAGE) },
    [LQ_HEADLINE] = { "headline", KIND(LQ_MESSAGE) },
    [LQ_UNAVAILABLE] = { "unavailable", KIND(LQ_PRESENCE) },
    [LQ_SUBSCRIBE] = { "subscribe", KIND(LQ_PRESENCE) },
    [LQ_SUBSCRIBED] = { "subscribed", KIND(LQ_PRESENCE) },
    [LQ_UNSUBSCRIBE] = { "unsubscribe", KIND(LQ_PRESENCE) },
    [LQ_UNSUBSCRIBED] = { "unsubscribed", KIND(LQ_PRESENCE) },
    [LQ_PROBE] = { "probe", KIND(LQ_PRESENCE) },
};

/* RFC 6120, 8.3.3. */
static const struct {
    const char *name;
    int condition;
    const char *type;
} errors[] = {
    { "bad-request", LQ_STANZA_BAD_REQUEST, "modify" },
    { "conflict", LQ_STANZA_CONFLICT, "cancel" },
    { "feature-not-implemented", LQ_STANZA_FEATURE_NOT_IMPLEMENTED, "cancel" },
    { "forbidden", LQ_STANZA_FORBIDDEN, "auth" },
    { "gone", LQ_STANZA_GONE, "cancel" },
    { "internal-server-error", LQ_STANZA_INTERNAL_SERVER_ERROR, "cancel" },
    { "item-not-found", LQ_STANZA_ITEM_NOT_FOUND, "cancel" },
    { "jid-malformed", LQ_STANZA_JID_MALFORMED, "modify" },
    { "not-acceptable", LQ_STANZA_NOT_ACCEPTABLE, "modify" },
    { "not-allowed", LQ_STANZA_NOT_ALLOWED, "cancel" },
    { "not-authorized", LQ_STANZA_NOT_AUTHORIZED, "auth" },
    { "policy-violation", LQ_STANZA_POLICY_VIOLATION, "modify" },
    { "recipient-unavailable", LQ_STANZA_RECIPIENT_UNAVAILABLE, "wait" },
    { "redirect", LQ_STANZA_REDIRECT, "modify" },
    { "registration-required", LQ_STANZA_REGISTRATION_REQUIRED, "auth" },
    { "remote-server-not-found", LQ_STANZA_REMOTE_SERVER_NOT_FOUND, "cancel" },
    { "remote-server-timeout", LQ_STANZA_REMOTE_SERVER_TIMEOUT, "wait" },
    { "resource-constraint", LQ_STANZA_RESOURCE_CONSTRAINT, "wait" },
    { "service-unavailable", LQ_STANZA_SERVICE_UNAVAILABLE, "cancel" },
    { "subscription-required", LQ_STANZA_SUBSCRIPTION_REQUIRED, "auth" },
    { "undefined-condition", LQ_STANZA_UNDEFINED_CONDITION, "cancel" },
    { "unexpected-request", LQ_STANZA_UNEXPECTED_REQUEST, "wait" },
};

/* ---- life ---- */

lq_stanza *lq_stanza_new(lq_pool *pool, size_t limit)
{
    lq_stanza *stanza;
    lq_arena arena;

    lq_arena_init(&arena, pool, limit);
    stanza = lq_arena_alloc(&arena, sizeof(*stanza));
    if (stanza == NULL) {
        lq_arena_clear(&arena);
        return NULL;
    }
    *stanza = (lq_stanza){ .arena = arena, .refs = 1 };
    return stanza;
}

const lq_stanza *lq_stanza_ref(const lq_stanza *stanza)
{
    if (stanza != NULL) {
        ((lq_stanza *)stanza)->refs++; /* all that ever changes in it */
    }
    return stanza;
}

void lq_stanza_unref(const lq_stanza *stanza)
{
    lq_stanza *owned = (lq_stanza *)stanza;

    while (owned != NULL && --owned->refs == 0) {
        lq_stanza *outer = (lq_stanza *)owned->within;

        lq_arena_clear(&owned->arena);
        owned = outer;
    }
}

/* A copy of ELEMENT that has no siblings, with LANG unless that is NULL. */
static lq_element *stanza_root(lq_stanza *stanza, const lq_element *element,
                               const char *lang)
{
    const lq_attrs *attrs = lq_element_attrs(element);
    uint32_t count = attrs == NULL ? 0 : attrs->count;
    size_t room = sizeof(lq_attrs) + (count + (size_t)1) * sizeof(lq_attr);
    lq_element *root = lq_arena_alloc(&stanza->arena, sizeof(*root) + room);
    lq_attrs *copied;

    if (root == NULL) {
        return NULL;
    }
    *root = *element;
    root->next = NULL;
    root->below |= LQ_HAS_ATTRS;
    copied = (lq_attrs *)(root + 1);
    copied->count = count;
    if (count > 0) {
        memcpy(copied->list, attrs->list, count * sizeof(lq_attr));
    }
    if (lang != NULL) {
        copied->list[copied->count++] =
            (lq_attr){ .name = "lang", .xmlns = LQ_NS_XML, .value = lang };
    }
    return root;
}

lq_stanza *lq_stanza_within(const lq_stanza *outer, const lq_element *element,
                            const char *sender)
{
    bool has_lang = lq_element_attr_ns(element, "lang", LQ_NS_XML) != NULL;
    const char *lang = has_lang ? NULL : lq_stanza_lang(outer);
    /* its size has a limit: what is copied was within OUTER's */
    lq_stanza *stanza = lq_stanza_new(outer->arena.pool, SIZE_MAX);
    const char *own;

    if (stanza == NULL) {
        return NULL;
    }
    stanza->within = lq_stanza_ref(outer);
    stanza->root = stanza_root(stanza, element, lang);
    own = lq_arena_text(&stanza->arena, sender, strlen(sender));
    if (stanza->root == NULL || own == NULL) {
        lq_stanza_unref(stanza);
        return NULL;
    }
    lq_stanza_classify(stanza);
    stanza->sender = own;
    return stanza;
}

static bool stanza_is_framed(const char *text, size_t len)
{
    lq_framer framer;
    size_t used;

    lq_framer_init_element(&framer, &limits);
    return lq_framer_scan(&framer, text, len, &used) == LQ_FRAME_ELEMENT &&
           used == len;
}

const lq_stanza *lq_stanza_parse(const char *text, size_t len)
{
    lq_stanza *stanza = NULL;
    lq_parser *parser;

    if (text == NULL || !stanza_is_framed(text, len)) {
        return NULL;
    }
    parser = lq_parser_new(LQ_NS_CLIENT, NULL);
    if (parser != NULL) {
        lq_parser_element(parser, text, len, NULL, &stanza);
        lq_parser_free(parser);
    }
    return stanza;
}

/* ---- kind and type ---- */

static int type_of(const char *name, int kind, int unknown)
{
    for (size_t i = 0; i < LQ_COUNT(types); i++) {
        if ((types[i].kinds & KIND(kind)) != 0 &&
            lq_name_same(types[i].name, name)) {
            return (int)i;
        }
    }
    return unknown;
}

/* Everybody wants to know these.  Returns the type. */
static const char *stanza_attrs(lq_stanza *stanza)
{
    const lq_attrs *attrs = lq_element_attrs(stanza->root);
    const char *type = NULL;

    for (uint32_t i = 0; attrs != NULL && i < attrs->count; i++) {
        const lq_attr *attr = &attrs->list[i];

        if (attr->xmlns[0] != '\0') {
            continue;
        }
        if (lq_name_same(attr->name, "from")) {
            stanza->from = attr->value;
        } else if (lq_name_same(attr->name, "to")) {
            stanza->to = attr->value;
        } else if (lq_name_same(attr->name, "id")) {
            stanza->id = attr->value;
        } else if (lq_name_same(attr->name, "type")) {
            type = attr->value;
        }
    }
    return type;
}

void lq_stanza_classify(lq_stanza *stanza)
{
    const char *type = stanza_attrs(stanza);
    size_t i = 0;

    if (!lq_element_is(stanza->root, NULL, LQ_NS_CLIENT)) {
        return;
    }
    while (i < LQ_COUNT(kinds) &&
           !lq_name_same(stanza->root->name, kinds[i].name)) {
        i++;
    }
    if (i < LQ_COUNT(kinds)) {
        stanza->kind = (int8_t)kinds[i].kind;
        stanza->type = (int8_t)(type == NULL ? kinds[i].missing
                                             : type_of(type, kinds[i].kind,
                                                       kinds[i].unknown));
    }
}

const char *lq_stanza_type_name(int type)
{
    return type < 0 || (size_t)type >= LQ_COUNT(types) || type == LQ_NORMAL
               ? NULL
               : types[type].name;
}

int lq_stanza_kind(const lq_stanza *stanza)
{
    return stanza == NULL ? LQ_NONZA : stanza->kind;
}

int lq_stanza_type(const lq_stanza *stanza)
{
    return stanza == NULL ? LQ_INVALID : stanza->type;
}

/* ---- parts ---- */

const lq_element *lq_stanza_root(const lq_stanza *stanza)
{
    return stanza == NULL ? NULL : stanza->root;
}

const char *lq_stanza_id(const lq_stanza *stanza)
{
    return stanza == NULL ? NULL : stanza->id;
}

const char *lq_stanza_from(const lq_stanza *stanza)
{
    return stanza == NULL ? NULL : stanza->from;
}

const char *lq_stanza_to(const lq_stanza *stanza)
{
    return stanza == NULL ? NULL : stanza->to;
}

const char *lq_stanza_sender(const lq_stanza *stanza)
{
    if (stanza == NULL) {
        return NULL;
    }
    return stanza->from != NULL ? stanza->from : stanza->sender;
}

const char *lq_stanza_lang(const lq_stanza *stanza)
{
    return lq_element_attr_ns(lq_stanza_root(stanza), "lang", LQ_NS_XML);
}

const lq_element *lq_stanza_payload(const lq_stanza *stanza)
{
    const lq_element *root = lq_stanza_root(stanza);
    const lq_element *child = lq_element_child(root, NULL, NULL);

    while (lq_element_is(child, "error", lq_element_xmlns(root))) {
        child = lq_element_next(child, NULL, NULL);
    }
    return child;
}

/* ---- errors ---- */

static const lq_element *stanza_error(const lq_stanza *stanza)
{
    return lq_stanza_type(stanza) != LQ_ERROR
               ? NULL
               : lq_element_child(stanza->root, "error", LQ_NS_CLIENT);
}

int lq_stanza_error(const lq_stanza *stanza)
{
    const lq_element *child =
        lq_element_child(stanza_error(stanza), NULL, LQ_NS_STANZAS);

    if (lq_stanza_type(stanza) != LQ_ERROR) {
        return 0;
    }
    for (; child != NULL; child = lq_element_next(child, NULL, LQ_NS_STANZAS)) {
        int condition = lq_stanza_error_code(child->name);

        if (condition != 0) {
            return condition;
        }
    }
    return LQ_STANZA_UNDEFINED_CONDITION;
}

const char *lq_stanza_error_text(const lq_stanza *stanza)
{
    return lq_element_text(
        lq_element_child(stanza_error(stanza), "text", LQ_NS_STANZAS));
}

const lq_element *lq_stanza_error_detail(const lq_stanza *stanza)
{
    const lq_element *child =
        lq_element_child(stanza_error(stanza), NULL, NULL);

    while (lq_element_is(child, NULL, LQ_NS_STANZAS)) {
        child = lq_element_next(child, NULL, NULL);
    }
    return child;
}

const char *lq_stanza_error_name(int condition)
{
    for (size_t i = 0; i < LQ_COUNT(errors); i++) {
        if (errors[i].condition == condition) {
            return errors[i].name;
        }
    }
    return NULL;
}

int lq_stanza_error_code(const char *name)
{
    for (size_t i = 0; i < LQ_COUNT(errors); i++) {
        if (strcmp(errors[i].name, name) == 0) {
            return errors[i].condition;
        }
    }
    return 0;
}

const char *lq_stanza_error_type(int condition)
{
    for (size_t i = 0; i < LQ_COUNT(errors); i++) {
        if (errors[i].condition == condition) {
            return errors[i].type;
        }
    }
    return NULL;
}
