/* roster_item.h - the items of a roster, in order and by address.
 *
 * An item is one allocation and never edited. */
#ifndef LQ_ROSTER_ITEM_H
#define LQ_ROSTER_ITEM_H

#include <loquat/roster.h>

#include "base/table.h"
#include "grave.h"
#include "prepared.h"

#define LQ_NS_ROSTER "jabber:iq:roster"

struct lq_roster_item {
    lq_buried buried;
    lq_roster_item *previous, *next;
    const char *key;  /* prepared bare JID */
    const char *jid;  /* as the server writes it */
    const char *name; /* or NULL */
    int subscription;
    bool pending;
    bool approved;
    unsigned state; /* see subscription.c; the one thing that changes */
    int group_count;
    const char *groups[];
};

typedef struct lq_roster_items {
    lq_table table; /* prepared bare JID -> lq_roster_item */
    lq_roster_item *first, *last;
} lq_roster_items;

void lq_roster_items_init(lq_roster_items *items, const lq_hash_key *key);
void lq_roster_items_clear(lq_roster_items *items); /* frees all */

lq_roster_item *lq_roster_items_get(const lq_roster_items *items,
                                    const lq_prepared *who);

/* Put ITEM in the place of the one with its JID, *OLD (NULL: none), which is
 * the caller's then; or at the end.  LQ_OK or LQ_E_NOMEM. */
int lq_roster_items_put(lq_roster_items *items, lq_roster_item *item,
                        lq_roster_item **old);

/* Take ITEM out; it is the caller's then. */
void lq_roster_items_remove(lq_roster_items *items, lq_roster_item *item);

/* The item that ELEMENT says WHO is, to be freed with lq_free().  SEEN is a
 * table for items of one stanza to share.  NULL when memory runs out. */
lq_roster_item *lq_roster_item_new(const lq_element *element,
                                   const lq_prepared *who, lq_table *seen);

#endif
