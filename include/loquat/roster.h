/* loquat/roster.h - the contact list and who may see whom, RFC 6121 section 2
 * and 3.
 *
 * The roster is loaded at login (only what changed, where the server keeps
 * versions), then follows the server's pushes.  What is asked for here changes
 * nothing by itself: the server's push does, and is an event.
 *
 *     lq_roster *roster = lq_roster_attach(stream);
 *     for (item = lq_roster_next(roster, NULL); item != NULL;
 *          item = lq_roster_next(roster, item)) {
 *         puts(lq_roster_item_jid(item));
 *     } */
#ifndef LOQUAT_ROSTER_H
#define LOQUAT_ROSTER_H

#include "event.h"
#include "stream.h"

LQ_BEGIN

typedef struct lq_roster lq_roster;
typedef struct lq_roster_item lq_roster_item;

enum {
    LQ_EVENT_ROSTER_LOADED = 0x100, /* the roster is in; .error and .stanza if
                                       the server refused it */
    LQ_EVENT_ROSTER_CHANGED,        /* lq_event_roster_item() is new or
                                       changed */
    LQ_EVENT_ROSTER_REMOVED,        /* lq_event_roster_item() was removed */
    LQ_EVENT_ROSTER_REQUEST,        /* the sender of .stanza asks to see our
                                       presence: approve or deny */
    LQ_EVENT_ROSTER_APPROVED,       /* the sender lets us see its presence */
    LQ_EVENT_ROSTER_DENIED,         /* ... does not, or no longer */
    LQ_EVENT_ROSTER_CANCELLED,      /* ... does not want to see ours any more */
};

/* Keep STREAM's roster.  The handle is the stream's; NULL when memory runs
 * out, which no other function takes for one.  Attached while online it is
 * loaded at once. */
LQ_API lq_roster *lq_roster_attach(lq_stream *stream);

/* Whether a roster has been loaded since the stream was made; it stays, as it
 * was, while the stream is offline. */
LQ_API bool lq_roster_is_loaded(const lq_roster *roster);

/* ---- items ---- */

/* Items live until their own REMOVED or next CHANGED event has passed, or a
 * new roster is loaded. */
LQ_API int lq_roster_count(const lq_roster *roster);

/* The item of JID (a resource in it does not matter), or NULL. */
LQ_API const lq_roster_item *lq_roster_item_of(const lq_roster *roster,
                                               const char *jid);

/* The item behind ITEM, the first for NULL; NULL behind the last. */
LQ_API const lq_roster_item *lq_roster_next(const lq_roster *roster,
                                            const lq_roster_item *item);

/* Who sees whose presence, RFC 6121, 2.1.2.5: they theirs (TO) or ours
 * (FROM), seen from us. */
enum {
    LQ_SUBSCRIPTION_NONE = 0,
    LQ_SUBSCRIPTION_TO = 1,   /* we see theirs */
    LQ_SUBSCRIPTION_FROM = 2, /* they see ours */
    LQ_SUBSCRIPTION_BOTH = 3,
};

/* All accept NULL.  The name is NULL if there is none. */
LQ_API const char *lq_roster_item_jid(const lq_roster_item *item);
LQ_API const char *lq_roster_item_name(const lq_roster_item *item);
LQ_API int lq_roster_item_subscription(const lq_roster_item *item);

/* We asked and no answer came yet; we approved before they asked. */
LQ_API bool lq_roster_item_is_pending(const lq_roster_item *item);
LQ_API bool lq_roster_item_is_approved(const lq_roster_item *item);

/* The group at INDEX, or NULL behind the last. */
LQ_API const char *lq_roster_item_group(const lq_roster_item *item, int index);

/* The item that CHANGED or REMOVED is about; NULL for other events. */
LQ_API const lq_roster_item *lq_event_roster_item(const lq_event *event);

/* ---- changes ---- */

/* Each returns the id of a request, which ends in a REPLY, or an LQ_E_*:
 * LQ_E_ARGUMENT if JID is none or a group's name is empty.  JIDs are taken
 * without their resource.  Each starts from the item as the server pushed it
 * last, so two changes to one item wait for the CHANGED in between. */

/* Add JID, or give it NAME (NULL: none); its groups stay as they are.
 * LQ_E_STATE for a JID that is not known before the roster is loaded. */
LQ_API lq_id lq_roster_set(lq_roster *roster, const char *jid,
                           const char *name);

/* Put JID into GROUP, or out of it; LQ_E_STATE if it is no contact. */
LQ_API lq_id lq_roster_join_group(lq_roster *roster, const char *jid,
                                  const char *group);
LQ_API lq_id lq_roster_leave_group(lq_roster *roster, const char *jid,
                                   const char *group);

/* Remove JID, which ends all subscriptions both ways. */
LQ_API lq_id lq_roster_remove(lq_roster *roster, const char *jid);

/* ---- subscriptions ---- */

/* Each returns the id of a DELIVERY, or an LQ_E_*. */

/* Ask to see JID's presence, with TEXT for a person (NULL: none); or see it no
 * longer. */
LQ_API lq_id lq_roster_subscribe(lq_roster *roster, const char *jid,
                                 const char *text);
LQ_API lq_id lq_roster_unsubscribe(lq_roster *roster, const char *jid);

/* Let JID see ours.  Without a request of theirs this is a pre-approval (RFC
 * 6121, 3.4), LQ_E_STATE where the server does not support those. */
LQ_API lq_id lq_roster_approve(lq_roster *roster, const char *jid);

/* Deny a request, take an approval back, or let JID no longer see ours. */
LQ_API lq_id lq_roster_deny(lq_roster *roster, const char *jid);

/* Who has asked to see our presence and waits for an answer: the bare JID at
 * INDEX in order of arrival, or NULL behind the last.  Lives until the next
 * event is taken. */
LQ_API const char *lq_roster_request(const lq_roster *roster, int index);

/* Whether the server supports pre-approval; known while online. */
LQ_API bool lq_roster_can_preapprove(const lq_roster *roster);

LQ_END
#endif
