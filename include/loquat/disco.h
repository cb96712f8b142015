/* loquat/disco.h - what can it do?  Service discovery, XEP-0030.
 *
 * Attached, it answers #info with our identities and the features of all
 * modules and claims, and #items with nothing; an unknown node is
 * item-not-found.
 *
 *     id = lq_disco_info(disco, "example.com", NULL);
 *     ... REPLY with that id:
 *     if (lq_disco_has(event->stanza, "urn:xmpp:mam:2")) ... */
#ifndef LOQUAT_DISCO_H
#define LOQUAT_DISCO_H

#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_disco lq_disco;

/* The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one. */
LQ_API lq_disco *lq_disco_attach(lq_stream *stream);

/* Add an identity of ours; "client", "pc" without a name if there is none.
 * NAME and LANG may be NULL.  LQ_OK, LQ_E_NOMEM; LQ_E_ARGUMENT if CATEGORY or
 * TYPE is empty or that identity is there. */
LQ_API int lq_disco_add_identity(lq_disco *disco, const char *category,
                                 const char *type, const char *lang,
                                 const char *name);

/* Advertise a feature that is no module's. */
LQ_API int lq_disco_add_feature(lq_disco *disco, const char *feature);

/* Ask JID (NULL: our account) about itself or its NODE (NULL: none).  The id
 * of a request, which ends in a REPLY. */
LQ_API lq_id lq_disco_info(lq_disco *disco, const char *jid, const char *node);
LQ_API lq_id lq_disco_items(lq_disco *disco, const char *jid, const char *node);

/* Whether REPLY, an #info result, names FEATURE, or an identity of CATEGORY
 * and TYPE (NULL matches any). */
LQ_API bool lq_disco_has(const lq_stanza *reply, const char *feature);
LQ_API bool lq_disco_is(const lq_stanza *reply, const char *category,
                        const char *type);

/* The item at INDEX of REPLY, an #items result: its JID, or NULL behind the
 * last; *NODE and *NAME become NULL where there is none, and may be NULL. */
LQ_API const char *lq_disco_item(const lq_stanza *reply, int index,
                                 const char **node, const char **name);

LQ_END
#endif
