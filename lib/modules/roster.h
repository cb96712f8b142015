/* roster.h - what roster.c and subscription.c share. */
#ifndef LQ_MODULES_ROSTER_H
#define LQ_MODULES_ROSTER_H

#include <loquat/module.h>
#include <loquat/roster.h>

#include "base/table.h"
#include "grave.h"
#include "roster_item.h"

struct lq_roster {
    lq_stream *stream;
    lq_hash_key key;
    lq_roster_items items;
    lq_grave grave;
    char *version; /* of the items; NULL: none, ask for all */
    lq_id loading; /* the get that is under way, or 0 */
    bool loaded;
    lq_table requests; /* prepared bare JID -> lq_request */
    int (*lost)(void *watcher, const lq_prepared *who);
    void *watcher;
};

/* Have LOST called with WATCHER, of whom there is one, while a push is handled
 * by which we see the presence of WHO no longer.  It returns LQ_OK or
 * LQ_E_NOMEM. */
void lq_roster_watch(lq_roster *roster,
                     int (*lost)(void *watcher, const lq_prepared *who),
                     void *watcher);

/* ---- subscription.c ---- */

void lq_subscription_init(lq_roster *roster);
void lq_subscription_clear(lq_roster *roster);

/* ITEM of WHO was pushed: who sees us no longer asks to. */
void lq_subscription_settle(lq_roster *roster, const lq_roster_item *item,
                            const lq_prepared *who);

/* Forget who has asked: the server tells again after our next presence. */
void lq_subscription_reset(lq_roster *roster);

/* The state of an item that the server has just sent in place of one in state
 * BEFORE (0: there was none). */
unsigned lq_subscription_pushed(const lq_roster_item *item, unsigned before);

/* Handles presence of the four subscription types. */
int lq_subscription_receive(void *self, const lq_stanza *stanza,
                            const lq_element *payload);

#endif
