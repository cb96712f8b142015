/* loquat/presence.h - who is there, and how, RFC 6121 section 4.
 *
 * Our own presence is remembered and sent at each login, after the roster was
 * asked for (attaching this attaches the roster).  Everyone else's is kept by
 * resource.
 *
 *     lq_presence *presence = lq_presence_attach(stream);
 *     lq_presence_set(presence, LQ_SHOW_AWAY, -1);
 *     lq_presence_set_status(presence, NULL, "out in the orchard");
 *     ...
 *     lq_resource_show(lq_presence_best(presence, "juliet@example.com")); */
#ifndef LOQUAT_PRESENCE_H
#define LOQUAT_PRESENCE_H

#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_presence lq_presence;
typedef struct lq_resource lq_resource;

enum {
    LQ_EVENT_RESOURCE_CHANGED = 0x200, /* lq_event_resource() came, or has
                                          changed */
    LQ_EVENT_RESOURCE_GONE,            /* lq_event_resource() went away, or
                                          we may not see it any more; .stanza
                                          is NULL if the roster says so */
    LQ_EVENT_RESOURCE_ERROR,           /* .stanza is a presence error: its
                                          sender cannot be reached */
};

/* From least to most available. */
enum {
    LQ_SHOW_OFFLINE = 0,
    LQ_SHOW_XA,
    LQ_SHOW_AWAY,
    LQ_SHOW_DND,
    LQ_SHOW_ONLINE,
    LQ_SHOW_CHAT,
};

/* Keep everyone's presence, and send ours: at first ONLINE with priority 0.
 * The handle is the stream's; NULL when memory runs out, which no other
 * function takes for one. */
LQ_API lq_presence *lq_presence_attach(lq_stream *stream);

/* ---- ours ---- */

/* PRIORITY is -128..127; with a negative one no message to the bare JID comes
 * here.  Sent at once while online, else at the next login.  The id
 * of a DELIVERY while online, else LQ_OK; LQ_E_ARGUMENT or another LQ_E_*. */
LQ_API lq_id lq_presence_set(lq_presence *presence, int show, int priority);

/* What a person should read, in LANG (NULL: the stream's); a NULL TEXT removes
 * it.  Sent with the next lq_presence_set() or login.  LQ_OK, LQ_E_NOMEM;
 * LQ_E_ARGUMENT for text that XML cannot hold. */
LQ_API int lq_presence_set_status(lq_presence *presence, const char *lang,
                                  const char *text);

LQ_API int lq_presence_show(const lq_presence *presence);
LQ_API int lq_presence_priority(const lq_presence *presence);

/* Show JID our presence, which is no subscriber, until we go offline or send
 * it LQ_SHOW_OFFLINE: SHOW is ours for JID alone (RFC 6121, 4.6).  An id that
 * ends in a DELIVERY, or an LQ_E_*. */
LQ_API lq_id lq_presence_direct(lq_presence *presence, const char *jid,
                                int show);

/* ---- everyone's ---- */

/* Resources live until their own next event has passed or the stream goes
 * offline, which forgets all without an event for each.  A contact whom we no
 * longer see, as a push of the roster tells, has gone.  Of an account 64 are
 * kept, of all 100000 in 16 MiB; beyond that a presence surfaces as
 * LQ_EVENT_PRESENCE. */

/* The resource of JID that is most available: highest priority, then show,
 * then latest; NULL if none is there.  A full JID asks for just that one. */
LQ_API const lq_resource *lq_presence_best(const lq_presence *presence,
                                           const char *jid);

/* The resource of JID's account behind RESOURCE, the first for NULL; NULL
 * behind the last. */
LQ_API const lq_resource *lq_presence_next(const lq_presence *presence,
                                           const char *jid,
                                           const lq_resource *resource);

/* The resource that CHANGED or GONE is about; NULL for other events.  One that
 * has gone has LQ_SHOW_OFFLINE and the status it left with. */
LQ_API const lq_resource *lq_event_resource(const lq_event *event);

/* All accept NULL: then NULL, LQ_SHOW_OFFLINE, 0.  The status is the one in
 * LANG, else the one that fits best; NULL if there is none. */
LQ_API const char *lq_resource_jid(const lq_resource *resource);
LQ_API int lq_resource_show(const lq_resource *resource);
LQ_API int lq_resource_priority(const lq_resource *resource);
LQ_API const char *lq_resource_status(const lq_resource *resource,
                                      const char *lang);

/* "away" for LQ_SHOW_AWAY; "offline" and "online" for those.  A constant. */
LQ_API const char *lq_show_name(int show);

LQ_END
#endif
