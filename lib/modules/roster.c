/* roster.c - the contact list, RFC 6121 section 2.
 *
 * The module asks for the roster when a fresh session begins and applies
 * pushes as they come; nothing else changes an item.  Items are never edited:
 * a push makes a new one in the place of the old, which stays in the grave
 * until the event that tells of it has passed.  A roster that is loaded is
 * built aside and takes the place of the old one only when it is complete.
 *
 * The version tells which changes are in the items.  Whenever we may have
 * missed one it is dropped, so that the next login asks for everything. */
#include "roster.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "prepared.h"

#define NS_VERSIONING "urn:xmpp:features:rosterver"

static bool is_removal(const lq_element *element)
{
    return lq_text_equal(lq_element_attr(element, "subscription"), "remove");
}

/* ---- loading ---- */

static void roster_set_version(lq_roster *roster, const char *version)
{
    if (lq_replace(&roster->version, version) < 0) {
        lq_replace(&roster->version, NULL);
    }
}

static int roster_online(void *self, bool resumed)
{
    lq_roster *roster = self;
    lq_builder *b;

    if (resumed) {
        return LQ_OK; /* pushes missed meanwhile are sent again */
    }
    lq_subscription_reset(roster);
    b = lq_build_iq(roster->stream, LQ_GET, NULL);
    lq_build_open(b, "query", LQ_NS_ROSTER);
    if (lq_stream_server_feature(roster->stream, "ver", NS_VERSIONING)) {
        lq_build_attr(b, "ver", roster->version ? roster->version : "");
    }
    lq_build_close(b);
    roster->loading = lq_module_request(roster, b, 0);
    return roster->loading < 0 ? roster->loading : LQ_OK;
}

/* Put what ELEMENT describes into ITEMS.  One without a usable JID is passed
 * over; the later of two with the same JID counts. */
static int items_load(lq_roster_items *items, const lq_element *element,
                      lq_table *seen)
{
    lq_prepared who;
    lq_roster_item *item, *old;
    int rv = lq_prepared_init(&who, lq_element_attr(element, "jid"));

    if (rv == LQ_E_ARGUMENT || (rv == LQ_OK && is_removal(element))) {
        lq_prepared_clear(&who);
        return LQ_OK;
    }
    if (rv < 0) {
        return rv;
    }
    item = lq_roster_item_new(element, &who, seen);
    lq_prepared_clear(&who);
    if (item == NULL) {
        return LQ_E_NOMEM;
    }
    item->state = lq_subscription_pushed(item, 0);
    rv = lq_roster_items_put(items, item, &old);
    lq_free(rv < 0 ? item : old);
    return rv;
}

static int roster_load(lq_roster *roster, const lq_element *query)
{
    lq_roster_items fresh;
    const lq_element *element;
    lq_table seen;
    int rv = LQ_OK;

    lq_roster_items_init(&fresh, &roster->key);
    lq_table_init(&seen, &roster->key);
    for (element = lq_element_child(query, "item", LQ_NS_ROSTER);
         element != NULL && rv == LQ_OK;
         element = lq_element_next(element, "item", LQ_NS_ROSTER)) {
        rv = items_load(&fresh, element, &seen);
    }
    lq_table_clear(&seen);
    if (rv < 0) {
        lq_roster_items_clear(&fresh);
        return rv;
    }
    lq_roster_items_clear(&roster->items);
    roster->items = fresh;
    roster_set_version(roster, lq_element_attr(query, "ver"));
    return LQ_OK;
}

static void roster_reply(void *self, lq_id id, const lq_stanza *stanza,
                         int error)
{
    lq_roster *roster = self;
    const lq_element *query =
        lq_element_child(lq_stanza_root(stanza), "query", LQ_NS_ROSTER);

    if (id != roster->loading) {
        return;
    }
    roster->loading = 0;
    if (error == LQ_E_LOST || error == LQ_E_STATE) {
        return; /* the next login asks again */
    }
    if (error == LQ_OK && query != NULL) {
        error = roster_load(roster, query);
    } /* RFC 6121, 2.6.3: without a query what we have is the latest */
    if (error == LQ_OK) {
        roster->loaded = true;
    } else {
        roster_set_version(roster, NULL);
    }
    lq_stream_emit(roster->stream, LQ_EVENT_ROSTER_LOADED, 0, error, stanza,
                   NULL);
}

/* ---- pushes ---- */

void lq_roster_watch(lq_roster *roster,
                     int (*lost)(void *watcher, const lq_prepared *who),
                     void *watcher)
{
    roster->lost = lost;
    roster->watcher = watcher;
}

/* The item of WHO is NOW (NULL: no longer there) and was BEFORE. */
static int roster_tell(lq_roster *roster, const lq_prepared *who,
                       const lq_roster_item *before, const lq_roster_item *now)
{
    int lost =
        lq_roster_item_subscription(before) & ~lq_roster_item_subscription(now);

    return (lost & LQ_SUBSCRIPTION_TO) != 0 && roster->lost != NULL
               ? roster->lost(roster->watcher, who)
               : LQ_OK;
}

static int roster_forget(lq_roster *roster, const lq_stanza *stanza,
                         const lq_prepared *who)
{
    lq_roster_item *item = lq_roster_items_get(&roster->items, who);
    int rv, told;

    if (item == NULL) {
        return LQ_OK;
    }
    lq_roster_items_remove(&roster->items, item);
    lq_grave_add(&roster->grave, &item->buried);
    rv = lq_stream_emit(roster->stream, LQ_EVENT_ROSTER_REMOVED, 0, LQ_OK,
                        stanza, item);
    told = roster_tell(roster, who, item, NULL);
    return rv < 0 ? rv : told;
}

static int roster_change(lq_roster *roster, const lq_stanza *stanza,
                         const lq_element *element, const lq_prepared *who)
{
    lq_roster_item *old = lq_roster_items_get(&roster->items, who);
    lq_roster_item *item;
    lq_table seen;
    int rv, told;

    lq_table_init(&seen, &roster->key);
    item = lq_roster_item_new(element, who, &seen);
    lq_table_clear(&seen);
    if (item == NULL) {
        return LQ_E_NOMEM;
    }
    item->state = lq_subscription_pushed(item, old ? old->state : 0);
    rv = lq_roster_items_put(&roster->items, item, &old);
    if (rv < 0) {
        lq_free(item);
        return rv;
    }
    lq_grave_add(&roster->grave, old != NULL ? &old->buried : NULL);
    lq_subscription_settle(roster, item, who);
    rv = lq_stream_emit(roster->stream, LQ_EVENT_ROSTER_CHANGED, 0, LQ_OK,
                        stanza, item);
    told = roster_tell(roster, who, old, item);
    return rv < 0 ? rv : told;
}

/* A push with VERSION (NULL: not said) was taken, or failed with RV.  Before
 * the roster is in, the version is not yet that of all items. */
static void roster_pushed(lq_roster *roster, const char *version, int rv)
{
    if (rv < 0) {
        roster_set_version(roster, NULL);
    } else if (version != NULL && roster->version != NULL &&
               roster->loading == 0) {
        roster_set_version(roster, version);
    }
}

/* A push is an IQ set with exactly one item, from our own account. */
static int roster_push(void *self, const lq_stanza *stanza,
                       const lq_element *query)
{
    lq_roster *roster = self;
    const lq_element *element = lq_element_child(query, "item", LQ_NS_ROSTER);
    lq_prepared who;
    int rv;

    if (!lq_stream_is_own(roster->stream, lq_stanza_from(stanza))) {
        return LQ_PASS; /* RFC 6121, 2.1.6: strangers may not push */
    }
    if (element == NULL || lq_element_next(element, "item", LQ_NS_ROSTER)) {
        return LQ_STANZA_BAD_REQUEST;
    }
    rv = lq_prepared_init(&who, lq_element_attr(element, "jid"));
    if (rv == LQ_E_ARGUMENT) {
        return LQ_STANZA_BAD_REQUEST;
    }
    lq_grave_empty(&roster->grave);
    if (rv == LQ_OK) {
        rv = is_removal(element) ? roster_forget(roster, stanza, &who)
                                 : roster_change(roster, stanza, element, &who);
        lq_prepared_clear(&who);
    }
    roster_pushed(roster, lq_element_attr(query, "ver"), rv);
    return rv < 0 ? rv : LQ_HANDLED;
}

/* ---- the module ---- */

static int roster_init(void *self, lq_stream *stream)
{
    lq_roster *roster = self;

    roster->stream = stream;
    lq_roster_items_init(&roster->items, &roster->key);
    lq_subscription_init(roster);
    return lq_random_fill(&roster->key, sizeof(roster->key));
}

static void roster_clear(void *self)
{
    lq_roster *roster = self;

    lq_subscription_clear(roster);
    lq_roster_items_clear(&roster->items);
    lq_grave_empty(&roster->grave);
    lq_free(roster->version);
}

static const char *const features[] = { LQ_NS_ROSTER, NULL };

static const lq_handler handlers[] = {
    { LQ_IQ, LQ_SET, "query", LQ_NS_ROSTER, roster_push },
    { LQ_PRESENCE, LQ_SUBSCRIBE, NULL, NULL, lq_subscription_receive },
    { LQ_PRESENCE, LQ_SUBSCRIBED, NULL, NULL, lq_subscription_receive },
    { LQ_PRESENCE, LQ_UNSUBSCRIBE, NULL, NULL, lq_subscription_receive },
    { LQ_PRESENCE, LQ_UNSUBSCRIBED, NULL, NULL, lq_subscription_receive },
    { 0 },
};

static const lq_module module = {
    .name = "roster",
    .features = features,
    .handlers = handlers,
    .size = sizeof(lq_roster),
    .init = roster_init,
    .online = roster_online,
    .reply = roster_reply,
    .clear = roster_clear,
};

lq_roster *lq_roster_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

bool lq_roster_is_loaded(const lq_roster *roster) { return roster->loaded; }

/* ---- items, for the program ---- */

int lq_roster_count(const lq_roster *roster)
{
    return (int)lq_table_count(&roster->items.table);
}

const lq_roster_item *lq_roster_item_of(const lq_roster *roster,
                                        const char *jid)
{
    lq_prepared who;
    const lq_roster_item *item;

    if (lq_prepared_init(&who, jid) < 0) {
        return NULL;
    }
    item = lq_roster_items_get(&roster->items, &who);
    lq_prepared_clear(&who);
    return item;
}

const lq_roster_item *lq_roster_next(const lq_roster *roster,
                                     const lq_roster_item *item)
{
    return item == NULL ? roster->items.first : item->next;
}

const lq_roster_item *lq_event_roster_item(const lq_event *event)
{
    return event->type == LQ_EVENT_ROSTER_CHANGED ||
                   event->type == LQ_EVENT_ROSTER_REMOVED
               ? event->detail
               : NULL;
}

/* ---- changes ---- */

/* Find JID's item (NULL: none) and how the server writes its bare JID, which
 * the caller frees. */
static int roster_find(const lq_roster *roster, const char *jid, char **bare,
                       const lq_roster_item **item)
{
    lq_prepared who;
    int rv = lq_prepared_init(&who, jid);

    if (rv < 0) {
        return rv;
    }
    *item = lq_roster_items_get(&roster->items, &who);
    *bare =
        *item != NULL ? lq_strdup((*item)->jid) : lq_strndup(who.bare, who.len);
    lq_prepared_clear(&who);
    return *bare == NULL ? LQ_E_NOMEM : LQ_OK;
}

/* Begin a roster set about JID: an item, still open. */
static lq_builder *build_set(lq_roster *roster, const char *jid)
{
    lq_builder *b = lq_build_iq(roster->stream, LQ_SET, NULL);

    lq_build_open(b, "query", LQ_NS_ROSTER);
    lq_build_open(b, "item", NULL);
    lq_build_attr(b, "jid", jid);
    return b;
}

static lq_id roster_request(lq_roster *roster, lq_builder *b)
{
    lq_build_close(b);
    lq_build_close(b);
    return lq_stream_request(roster->stream, b);
}

/* Give JID a NAME and the groups of ITEM (NULL: none), with ADD and without
 * DROP, each of which may be NULL. */
static lq_id roster_write(lq_roster *roster, const char *jid, const char *name,
                          const lq_roster_item *item, const char *add,
                          const char *drop)
{
    lq_builder *b = build_set(roster, jid);
    const char *group;

    lq_build_attr(b, "name", name);
    for (int i = 0; (group = lq_roster_item_group(item, i)) != NULL; i++) {
        if (!lq_text_equal(group, add) && !lq_text_equal(group, drop)) {
            lq_build_child(b, "group", NULL, group);
        }
    }
    lq_build_child(b, "group", NULL, add);
    return roster_request(roster, b);
}

lq_id lq_roster_set(lq_roster *roster, const char *jid, const char *name)
{
    const lq_roster_item *item;
    char *bare;
    lq_id id = roster_find(roster, jid, &bare, &item);

    if (id < 0) {
        return id;
    }
    /* Until the roster is in, nobody knows which groups must stay. */
    id = item == NULL && !roster->loaded
             ? LQ_E_STATE
             : roster_write(roster, bare, name, item, NULL, NULL);
    lq_free(bare);
    return id;
}

static lq_id roster_regroup(lq_roster *roster, const char *jid, const char *add,
                            const char *drop)
{
    const char *group = add != NULL ? add : drop;
    const lq_roster_item *item;
    char *bare;
    lq_id id;

    if (group == NULL || *group == '\0') {
        return LQ_E_ARGUMENT;
    }
    id = roster_find(roster, jid, &bare, &item);
    if (id < 0) {
        return id;
    }
    id = item == NULL ? LQ_E_STATE
                      : roster_write(roster, bare, item->name, item, add, drop);
    lq_free(bare);
    return id;
}

lq_id lq_roster_join_group(lq_roster *roster, const char *jid,
                           const char *group)
{
    return roster_regroup(roster, jid, group, NULL);
}

lq_id lq_roster_leave_group(lq_roster *roster, const char *jid,
                            const char *group)
{
    return roster_regroup(roster, jid, NULL, group);
}

lq_id lq_roster_remove(lq_roster *roster, const char *jid)
{
    const lq_roster_item *item;
    lq_builder *b;
    char *bare;
    int rv = roster_find(roster, jid, &bare, &item);

    if (rv < 0) {
        return rv;
    }
    b = build_set(roster, bare);
    lq_build_attr(b, "subscription", "remove");
    lq_free(bare);
    return roster_request(roster, b);
}
