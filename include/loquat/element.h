/* loquat/element.h - received XML, read-only.
 *
 * A stanza owns one arena; its elements, names and texts live there and die
 * with it.  Elements are never changed, so pointers never go stale early.
 * XML has no U+0000, so every string is NUL-terminated UTF-8.
 *
 *     const lq_element *query = lq_stanza_payload(stanza);
 *     for (e = lq_element_child(query, "item", NULL); e != NULL;
 *          e = lq_element_next(e, "item", NULL)) {
 *         puts(lq_element_attr(e, "jid"));
 *     }
 *
 * Every function here accepts NULL and passes it on, so lookups chain without
 * checks: lq_element_text(lq_element_child(item, "group", NULL)). */
#ifndef LOQUAT_ELEMENT_H
#define LOQUAT_ELEMENT_H

#include "base.h"

LQ_BEGIN

/* The three kinds of stanza, RFC 6120 section 8.  Anything else that stands
 * at the first level of a stream is LQ_NONZA. */
enum { LQ_NONZA = 0, LQ_MESSAGE, LQ_PRESENCE, LQ_IQ };

/* The types of all kinds, in one space.  An unknown or missing type is NORMAL
 * for a message (RFC 6121, 5.2.2), AVAILABLE for a presence without one and
 * LQ_INVALID for a presence with an unknown one and for an IQ. */
enum {
    LQ_INVALID = -1,
    LQ_ANY = 0, /* in a handler or claim: all but error */
    LQ_ERROR,
    LQ_GET,
    LQ_SET,
    LQ_RESULT,
    LQ_NORMAL,
    LQ_CHAT,
    LQ_GROUPCHAT,
    LQ_HEADLINE,
    LQ_AVAILABLE,
    LQ_UNAVAILABLE,
    LQ_SUBSCRIBE,
    LQ_SUBSCRIBED,
    LQ_UNSUBSCRIBE,
    LQ_UNSUBSCRIBED,
    LQ_PROBE,
};

/* The conditions of stanza errors, RFC 6120 section 8.3.3; "gone" and
 * "redirect" carry an address as the text of their element. */
enum {
    LQ_STANZA_BAD_REQUEST = 100,
    LQ_STANZA_CONFLICT,
    LQ_STANZA_FEATURE_NOT_IMPLEMENTED,
    LQ_STANZA_FORBIDDEN,
    LQ_STANZA_GONE,
    LQ_STANZA_INTERNAL_SERVER_ERROR,
    LQ_STANZA_ITEM_NOT_FOUND,
    LQ_STANZA_JID_MALFORMED,
    LQ_STANZA_NOT_ACCEPTABLE,
    LQ_STANZA_NOT_ALLOWED,
    LQ_STANZA_NOT_AUTHORIZED,
    LQ_STANZA_POLICY_VIOLATION,
    LQ_STANZA_RECIPIENT_UNAVAILABLE,
    LQ_STANZA_REDIRECT,
    LQ_STANZA_REGISTRATION_REQUIRED,
    LQ_STANZA_REMOTE_SERVER_NOT_FOUND,
    LQ_STANZA_REMOTE_SERVER_TIMEOUT,
    LQ_STANZA_RESOURCE_CONSTRAINT,
    LQ_STANZA_SERVICE_UNAVAILABLE,
    LQ_STANZA_SUBSCRIPTION_REQUIRED,
    LQ_STANZA_UNDEFINED_CONDITION,
    LQ_STANZA_UNEXPECTED_REQUEST,
};

/* ---- stanzas ---- */

/* Parse TEXT, one element of at most 1 MiB, by the rules of a stream whose
 * default namespace is "jabber:client".  Yours: lq_stanza_unref() it.  NULL
 * if it is not one well-formed element, or memory ran out. */
LQ_API const lq_stanza *lq_stanza_parse(const char *text, size_t len);

/* Keep STANZA beyond its event.  Each ref needs one lq_stanza_unref().  Both
 * belong to the thread of the context that the stanza came from. */
LQ_API const lq_stanza *lq_stanza_ref(const lq_stanza *stanza);
LQ_API void lq_stanza_unref(const lq_stanza *stanza);

LQ_API const lq_element *lq_stanza_root(const lq_stanza *stanza);

/* LQ_MESSAGE, LQ_PRESENCE, LQ_IQ or LQ_NONZA; and LQ_GET, LQ_CHAT ... */
LQ_API int lq_stanza_kind(const lq_stanza *stanza);
LQ_API int lq_stanza_type(const lq_stanza *stanza);

/* The attributes as they stand, or NULL. */
LQ_API const char *lq_stanza_id(const lq_stanza *stanza);
LQ_API const char *lq_stanza_from(const lq_stanza *stanza);
LQ_API const char *lq_stanza_to(const lq_stanza *stanza);

/* Who sent it: "from", or the own bare JID where that is missing (RFC 6120,
 * 8.1.2.1).  NULL only for a stanza that came from no stream. */
LQ_API const char *lq_stanza_sender(const lq_stanza *stanza);

/* xml:lang, the stream's if the stanza has none; or NULL. */
LQ_API const char *lq_stanza_lang(const lq_stanza *stanza);

/* The first child element that is not the stanza's <error/>, or NULL. */
LQ_API const lq_element *lq_stanza_payload(const lq_stanza *stanza);

/* Of a stanza of type error: the condition (LQ_STANZA_*; UNDEFINED_CONDITION
 * if it names none that is known), the text or NULL, and the application's own
 * condition element or NULL.  Of any other: 0, NULL, NULL. */
LQ_API int lq_stanza_error(const lq_stanza *stanza);
LQ_API const char *lq_stanza_error_text(const lq_stanza *stanza);
LQ_API const lq_element *lq_stanza_error_detail(const lq_stanza *stanza);

/* "item-not-found" for LQ_STANZA_ITEM_NOT_FOUND.  A constant string, or NULL
 * for what is no condition. */
LQ_API const char *lq_stanza_error_name(int condition);

/* ---- elements ---- */

/* The local name, and the namespace, which is "" if there is none. */
LQ_API const char *lq_element_name(const lq_element *element);
LQ_API const char *lq_element_xmlns(const lq_element *element);

/* Whether it is called NAME in XMLNS; NULL for either matches any. */
LQ_API bool lq_element_is(const lq_element *element, const char *name,
                          const char *xmlns);

/* The value of attribute NAME, or NULL.  "" is a value.  The first never sees
 * an attribute with a prefix; the second only those in namespace XMLNS. */
LQ_API const char *lq_element_attr(const lq_element *element, const char *name);
LQ_API const char *lq_element_attr_ns(const lq_element *element,
                                      const char *name, const char *xmlns);

/* Attribute INDEX, from 0 in document order: its name, or NULL behind the last
 * one.  *XMLNS becomes its namespace ("" for none) and *VALUE its value; both
 * may be NULL. */
LQ_API const char *lq_element_attr_at(const lq_element *element, int index,
                                      const char **xmlns, const char **value);

/* All character data directly inside ELEMENT; "" when there is none, NULL only
 * for NULL.  Where child elements stand between, the pieces are joined. */
LQ_API const char *lq_element_text(const lq_element *element);

/* The first child of PARENT, and the next sibling of ELEMENT, that is an
 * element called NAME in XMLNS; NULL for either matches any. */
LQ_API const lq_element *lq_element_child(const lq_element *parent,
                                          const char *name, const char *xmlns);
LQ_API const lq_element *lq_element_next(const lq_element *element,
                                         const char *name, const char *xmlns);

/* Mixed content in order: the first node inside PARENT, and the one behind
 * NODE.  A node for which lq_element_is_text() holds has neither name nor
 * attributes nor children, and lq_element_text() is the text itself. */
LQ_API const lq_element *lq_element_first_node(const lq_element *parent);
LQ_API const lq_element *lq_element_next_node(const lq_element *node);
LQ_API bool lq_element_is_text(const lq_element *node);

/* ELEMENT as XML with all the namespaces that it needs.  It belongs to STANZA,
 * of which ELEMENT must be a part, and costs memory there with each call.  NULL
 * if memory runs out, or for an element called xml:NAME, which cannot be had
 * without a prefix. */
LQ_API const char *lq_element_xml(const lq_stanza *stanza,
                                  const lq_element *element);

LQ_END
#endif
