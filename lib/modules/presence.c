/* presence.c - who is there, and how, RFC 6121 section 4.
 *
 * Ours is remembered and sent whenever a fresh session begins.  Everyone
 * else's lies in a table of accounts, each with the list of its resources.  A
 * presence makes a new resource in the place of the old, which stays in the
 * grave until the event that tells of it has passed.  While we are offline
 * nobody is shown; if the session is resumed they are there again, since the
 * server tells only what has changed.
 *
 * Anybody can send us presence under as many resources as they like, and as
 * long as they like: the least available of an account makes room when there
 * are too many, and what is beyond the limits for all accounts surfaces as an
 * event and is not kept.
 *
 * Not every server tells us that a contact is unavailable when we no longer
 * see it, so the roster does. */
#include <loquat/module.h>
#include <loquat/presence.h>
#include <loquat/roster.h>

#include <assert.h>
#include <string.h>

#include "appearance.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/table.h"
#include "grave.h"
#include "prepared.h"
#include "resource.h"
#include "roster.h"

enum {
    RESOURCES_EACH = 64,
    RESOURCES_ALL = 100000,
    BYTES_ALL = 16 * 1024 * 1024, /* with their accounts */
};

typedef struct account {
    lq_resource *first;
    int count;
    char bare[]; /* prepared */
} account;

struct lq_presence {
    lq_stream *stream;
    bool online;
    bool changed; /* ours, while we were offline */
    lq_appearance own;

    lq_hash_key key;
    lq_table accounts; /* prepared bare JID -> account */
    size_t count;      /* of all resources */
    size_t bytes;      /* of them and their accounts */
    uint64_t order;    /* of the last one that spoke */
    lq_grave grave;
};

/* ---- ours ---- */

static lq_id presence_send(lq_presence *presence, const char *to, int show)
{
    return lq_stream_send(
        presence->stream,
        lq_appearance_build(&presence->own, presence->stream, to, show));
}

/* ---- everyone's ---- */

static account *account_get(const lq_presence *presence, const lq_prepared *who)
{
    return lq_table_get(&presence->accounts, who->bare, who->len);
}

static size_t account_size(size_t bare_len)
{
    return sizeof(account) + bare_len + 1;
}

static account *account_new(lq_presence *presence, const lq_prepared *who)
{
    account *a = lq_calloc(1, account_size(who->len));

    if (a == NULL) {
        return NULL;
    }
    memcpy(a->bare, who->bare, who->len);
    if (lq_table_set(&presence->accounts, a->bare, who->len, a) < 0) {
        lq_free(a);
        return NULL;
    }
    presence->bytes += account_size(who->len);
    return a;
}

/* Forget A if nobody is there any more. */
static void account_settle(lq_presence *presence, account *a)
{
    if (a != NULL && a->first == NULL) {
        size_t len = strlen(a->bare);

        lq_table_remove(&presence->accounts, a->bare, len);
        presence->bytes -= account_size(len);
        lq_free(a);
    }
}

/* Where in A's list the resource NAME is, or the list's end. */
static lq_resource **account_place(account *a, const char *name)
{
    lq_resource **place = &a->first;

    while (*place != NULL && strcmp((*place)->name, name) != 0) {
        place = &(*place)->next;
    }
    return place;
}

/* What WHO, of account A (may be NULL), told last; or NULL. */
static lq_resource *account_find(account *a, const lq_prepared *who)
{
    const char *name = who->resource == NULL ? "" : who->resource;

    return a == NULL ? NULL : *account_place(a, name);
}

static lq_resource **account_least(account *a)
{
    lq_resource **least = &a->first;

    for (lq_resource **place = least; *place != NULL; place = &(*place)->next) {
        if (lq_resource_is_better(*least, *place)) {
            least = place;
        }
    }
    return least;
}

/* Take the resource at PLACE out of A and bury it. */
static lq_resource *account_take(lq_presence *presence, account *a,
                                 lq_resource **place)
{
    lq_resource *resource = *place;

    assert(resource != NULL);
    *place = resource->next;
    lq_grave_add(&presence->grave, &resource->buried);
    a->count--;
    presence->count--;
    presence->bytes -= resource->size;
    return resource;
}

static int presence_emit(lq_presence *presence, int type,
                         const lq_stanza *stanza, const lq_resource *resource)
{
    return lq_stream_emit(presence->stream, type, 0, LQ_OK, stanza, resource);
}

/* The resource at PLACE has gone, as STANZA from WHO says. */
static int resource_gone(lq_presence *presence, account *a, lq_resource **place,
                         const lq_stanza *stanza, const lq_prepared *who)
{
    lq_resource *old = account_take(presence, a, place);
    lq_resource *last =
        lq_resource_new(stanza, who, old->jid, ++presence->order);

    if (last == NULL) {
        old->show = LQ_SHOW_OFFLINE;
        return presence_emit(presence, LQ_EVENT_RESOURCE_GONE, stanza, old);
    }
    lq_grave_add(&presence->grave, &last->buried);
    return presence_emit(presence, LQ_EVENT_RESOURCE_GONE, stanza, last);
}

/* The resource at PLACE has to go, with what it said last; because of STANZA,
 * or NULL. */
static int resource_drop(lq_presence *presence, account *a, lq_resource **place,
                         const lq_stanza *stanza)
{
    lq_resource *old = account_take(presence, a, place);

    old->show = LQ_SHOW_OFFLINE;
    return presence_emit(presence, LQ_EVENT_RESOURCE_GONE, stanza, old);
}

/* Whether FRESH may take the place of OLD, or be one more if that is NULL. */
static bool presence_has_room(const lq_presence *presence,
                              const lq_resource *old, const lq_resource *fresh)
{
    size_t others = presence->bytes - (old == NULL ? 0 : old->size);

    return (old != NULL || presence->count < RESOURCES_ALL) &&
           others + fresh->size <= BYTES_ALL;
}

/* Put FRESH into A, in the place of what its resource said before. */
static int account_put(lq_presence *presence, account *a, lq_resource *fresh,
                       const lq_stanza *stanza)
{
    lq_resource **place = account_place(a, fresh->name);
    lq_resource *old = *place;
    int rv = LQ_OK;

    presence->bytes += fresh->size;
    if (old != NULL) {
        fresh->next = old->next;
        *place = fresh;
        presence->bytes -= old->size;
        lq_grave_add(&presence->grave, &old->buried);
        return LQ_OK;
    }
    if (a->count >= RESOURCES_EACH) {
        rv = resource_drop(presence, a, account_least(a), stanza);
    }
    *account_place(a, fresh->name) = fresh;
    a->count++;
    presence->count++;
    return rv;
}

/* There is no room for what OLD (NULL: one not kept yet), of A, says now:
 * nothing is better than what is no longer true. */
static int presence_refuse(lq_presence *presence, account *a,
                           const lq_stanza *stanza, const lq_resource *old)
{
    int rv = LQ_OK;

    if (old != NULL) {
        rv = resource_drop(presence, a, account_place(a, old->name), stanza);
        account_settle(presence, a);
    }
    return rv < 0 ? rv : LQ_PASS;
}

static int presence_keep(lq_presence *presence, const lq_stanza *stanza,
                         const lq_prepared *who)
{
    account *a = account_get(presence, who);
    const lq_resource *old = account_find(a, who);
    lq_resource *fresh = lq_resource_new(stanza, who, lq_stanza_sender(stanza),
                                         ++presence->order);
    int rv, told;

    if (fresh == NULL) {
        return LQ_E_NOMEM;
    }
    if (!presence_has_room(presence, old, fresh)) {
        lq_free(fresh);
        return presence_refuse(presence, a, stanza, old);
    }
    if (a == NULL && (a = account_new(presence, who)) == NULL) {
        lq_free(fresh);
        return LQ_E_NOMEM;
    }
    rv = account_put(presence, a, fresh, stanza);
    told = presence_emit(presence, LQ_EVENT_RESOURCE_CHANGED, stanza, fresh);
    return rv < 0 ? rv : told;
}

/* RFC 6121, 4.5.4: a bare JID speaks for all its resources. */
static int presence_drop(lq_presence *presence, const lq_stanza *stanza,
                         const lq_prepared *who)
{
    account *a = account_get(presence, who);
    int rv = LQ_OK;

    if (a == NULL || (who->resource != NULL && !account_find(a, who))) {
        return LQ_PASS; /* it was not here: news for others perhaps */
    }
    if (who->resource != NULL) {
        rv = resource_gone(presence, a, account_place(a, who->resource), stanza,
                           who);
    }
    while (who->resource == NULL && a->first != NULL) {
        int told = resource_gone(presence, a, &a->first, stanza, who);

        rv = rv < 0 ? rv : told;
    }
    account_settle(presence, a);
    return rv;
}

/* The roster says that we see the presence of WHO no longer. */
static int presence_lost(void *self, const lq_prepared *who)
{
    lq_presence *presence = self;
    account *a = account_get(presence, who);
    int rv = LQ_OK;

    lq_grave_empty(&presence->grave);
    while (a != NULL && a->first != NULL) {
        int told = resource_drop(presence, a, &a->first, NULL);

        rv = rv < 0 ? rv : told;
    }
    account_settle(presence, a);
    return rv;
}

static void presence_forget(lq_presence *presence)
{
    size_t cursor = 0;
    account *a;

    while ((a = lq_table_next(&presence->accounts, &cursor)) != NULL) {
        while (a->first != NULL) {
            account_take(presence, a, &a->first);
        }
        account_settle(presence, a);
    }
}

/* ---- the module ---- */

static int presence_init(void *self, lq_stream *stream)
{
    lq_presence *presence = self;

    presence->stream = stream;
    presence->own.show = LQ_SHOW_ONLINE;
    lq_table_init(&presence->accounts, &presence->key);
    return lq_random_fill(&presence->key, sizeof(presence->key));
}

static int presence_tell(lq_presence *presence, int show)
{
    return lq_module_send(
        presence,
        lq_appearance_build(&presence->own, presence->stream, NULL, show));
}

static int presence_online(void *self, bool resumed)
{
    lq_presence *presence = self;
    int show = presence->own.show;
    bool due = resumed ? presence->changed : show != LQ_SHOW_OFFLINE;
    int rv = LQ_OK;

    presence->online = true;
    presence->changed = false;
    if (!resumed) {
        presence_forget(presence);
    }
    if (lq_module_inherits(presence)) {
        /* Who is there is told only to those who come. */
        rv = presence_tell(presence, LQ_SHOW_OFFLINE);
    }
    return rv == LQ_OK && due ? presence_tell(presence, show) : rv;
}

static void presence_offline(void *self)
{
    lq_presence *presence = self;

    presence->online = false;
}

static int presence_told(void *self, const lq_stanza *stanza,
                         const lq_element *payload)
{
    lq_presence *presence = self;
    lq_prepared who;
    int rv = lq_prepared_init(&who, lq_stanza_sender(stanza));

    (void)payload;
    if (rv < 0) {
        return rv == LQ_E_ARGUMENT ? LQ_PASS : rv;
    }
    lq_grave_empty(&presence->grave);
    rv = lq_stanza_type(stanza) == LQ_AVAILABLE
             ? presence_keep(presence, stanza, &who)
             : presence_drop(presence, stanza, &who);
    lq_prepared_clear(&who);
    return rv;
}

static int presence_error(void *self, const lq_stanza *stanza,
                          const lq_element *payload)
{
    lq_presence *presence = self;

    (void)payload;
    return presence_emit(presence, LQ_EVENT_RESOURCE_ERROR, stanza, NULL);
}

static void presence_clear(void *self)
{
    lq_presence *presence = self;

    presence_forget(presence);
    lq_grave_empty(&presence->grave);
    lq_table_clear(&presence->accounts);
    lq_appearance_clear(&presence->own);
}

static const lq_handler handlers[] = {
    { LQ_PRESENCE, LQ_AVAILABLE, NULL, NULL, presence_told },
    { LQ_PRESENCE, LQ_UNAVAILABLE, NULL, NULL, presence_told },
    { LQ_PRESENCE, LQ_ERROR, NULL, NULL, presence_error },
    { 0 },
};

static const lq_module module = {
    .name = "presence",
    .handlers = handlers,
    .size = sizeof(lq_presence),
    .init = presence_init,
    .online = presence_online,
    .offline = presence_offline,
    .clear = presence_clear,
};

lq_presence *lq_presence_attach(lq_stream *stream)
{
    /* RFC 6121, 2.2: the roster is asked for before presence is sent */
    lq_roster *roster = lq_roster_attach(stream);
    lq_presence *presence =
        roster == NULL ? NULL : lq_stream_attach(stream, &module);

    if (presence != NULL) {
        lq_roster_watch(roster, presence_lost, presence);
    }
    return presence;
}

/* ---- ours, for the program ---- */

static bool show_is_valid(int show)
{
    return show >= LQ_SHOW_OFFLINE && show <= LQ_SHOW_CHAT;
}

lq_id lq_presence_set(lq_presence *presence, int show, int priority)
{
    lq_id id = LQ_OK;

    if (!show_is_valid(show) || priority < -128 || priority > 127) {
        return LQ_E_ARGUMENT;
    }
    presence->own.show = show;
    presence->own.priority = priority;
    presence->changed = !presence->online;
    if (presence->online) {
        id = presence_send(presence, NULL, show);
    }
    return id == LQ_E_STATE ? LQ_OK : id; /* lost, but OFFLINE is not taken */
}

int lq_presence_set_status(lq_presence *presence, const char *lang,
                           const char *text)
{
    return lq_appearance_set_status(&presence->own, lang, text);
}

int lq_presence_show(const lq_presence *presence) { return presence->own.show; }

int lq_presence_priority(const lq_presence *presence)
{
    return presence->own.priority;
}

lq_id lq_presence_direct(lq_presence *presence, const char *jid, int show)
{
    lq_prepared who;
    int rv = lq_prepared_init(&who, jid);

    if (rv < 0) {
        return rv;
    }
    lq_prepared_clear(&who);
    return show_is_valid(show) ? presence_send(presence, jid, show)
                               : LQ_E_ARGUMENT;
}

/* ---- everyone's, for the program ---- */

const lq_resource *lq_presence_best(const lq_presence *presence,
                                    const char *jid)
{
    const lq_resource *best = NULL;
    const lq_resource *r;
    lq_prepared who;
    account *a;

    if (!presence->online || lq_prepared_init(&who, jid) < 0) {
        return NULL;
    }
    a = account_get(presence, &who);
    for (r = a == NULL ? NULL : a->first; r != NULL; r = r->next) {
        if (who.resource != NULL && strcmp(who.resource, r->name) != 0) {
            continue;
        }
        if (lq_resource_is_better(r, best)) {
            best = r;
        }
    }
    lq_prepared_clear(&who);
    return best;
}

const lq_resource *lq_presence_next(const lq_presence *presence,
                                    const char *jid,
                                    const lq_resource *resource)
{
    lq_prepared who;
    account *a;

    if (resource != NULL || !presence->online ||
        lq_prepared_init(&who, jid) < 0) {
        return resource == NULL ? NULL : resource->next;
    }
    a = account_get(presence, &who);
    lq_prepared_clear(&who);
    return a == NULL ? NULL : a->first;
}

const lq_resource *lq_event_resource(const lq_event *event)
{
    return event->type == LQ_EVENT_RESOURCE_CHANGED ||
                   event->type == LQ_EVENT_RESOURCE_GONE
               ? event->detail
               : NULL;
}
