/* stanza.h - how a stanza and its elements lie in memory.
 *
 * The stanza itself lies in its arena.  An element is 32 bytes, with its
 * attributes behind it; a text is the first 24 of an element without a name.
 * Names and namespaces that XMPP uses all the time point to constants (names.h)
 * instead of copies.
 *
 * An element with several texts has one more text before all its nodes: all of
 * them joined, for lq_element_text().  The walk over nodes hides it. */
#ifndef LQ_STANZA_H
#define LQ_STANZA_H

#include <loquat/element.h>

#include "base/arena.h"

typedef struct lq_attr {
    const char *name, *xmlns, *value;
} lq_attr;

typedef struct lq_attrs {
    uint32_t count;
    lq_attr list[];
} lq_attrs;

struct lq_element {
    const char *name; /* NULL: a text node, which ends with `next` */
    union {
        const char *xmlns;
        const char *text; /* of a text node */
    };
    const lq_element *next;
    uintptr_t below; /* the first node below it, and what else there is: nodes
                        are aligned, so that the lowest bits are free */
};

enum {
    LQ_HAS_ATTRS = 1,  /* lq_attrs stand behind the element */
    LQ_HAS_JOINED = 2, /* the first node below is the joined text */
    LQ_BELOW_BITS = 3,
    LQ_TEXT_SIZE = offsetof(struct lq_element, below),
};

/* NULL: none. */
static inline const lq_attrs *lq_element_attrs(const lq_element *element)
{
    return element->name != NULL && (element->below & LQ_HAS_ATTRS) != 0
               ? (const lq_attrs *)(element + 1)
               : NULL;
}

/* The first node below ELEMENT, which has a name; the joined text, if there is
 * one. */
static inline lq_element *lq_element_below(const lq_element *element)
{
    return (lq_element *)(element->below & ~(uintptr_t)LQ_BELOW_BITS);
}

static inline bool lq_element_has_joined(const lq_element *element)
{
    return (element->below & LQ_HAS_JOINED) != 0;
}

struct lq_stanza {
    lq_arena arena;
    int refs;
    int8_t kind;
    int8_t type;
    lq_element *root;
    const char *id, *from, *to; /* of the root; NULL: it has none */
    const char *sender;         /* see lq_stanza_sender() */
    const lq_stanza *within;    /* a reference to the one that holds what is
                                   below the root; NULL: this one does */
};

#define LQ_NS_CLIENT  "jabber:client"
#define LQ_NS_STREAMS "http://etherx.jabber.org/streams"
#define LQ_NS_XML     "http://www.w3.org/XML/1998/namespace"
#define LQ_NS_XMLNS   "http://www.w3.org/2000/xmlns/"
#define LQ_NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* A stanza with an empty arena of at most LIMIT bytes and one reference.
 * POOL may be NULL.  NULL: no memory. */
lq_stanza *lq_stanza_new(lq_pool *pool, size_t limit);

/* ELEMENT, which is a part of OUTER, as the root of a stanza of its own: with
 * OUTER's xml:lang if it has none, and from SENDER if it does not say from
 * whom.  What is below it is not copied, so OUTER lives as long.  Yours; NULL
 * when memory runs out. */
lq_stanza *lq_stanza_within(const lq_stanza *outer, const lq_element *element,
                            const char *sender);

/* Work out kind, type and addresses once the tree stands. */
void lq_stanza_classify(lq_stanza *stanza);

/* LQ_STANZA_* for the name of a condition, or 0; and the error type that RFC
 * 6120 names for it: "cancel", "modify" ... */
int lq_stanza_error_code(const char *name);
const char *lq_stanza_error_type(int condition);

/* "get" for LQ_GET; NULL for those that are written by leaving the attribute
 * out (LQ_AVAILABLE, LQ_NORMAL, LQ_ANY). */
const char *lq_stanza_type_name(int type);

#endif
