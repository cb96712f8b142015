/* subscription.c - who may see whose presence, RFC 6121 section 3.
 *
 * What binds us to another account is a set of four facts, the states of
 * appendix A: we see them (TO), they see us (FROM), we have asked (ASKED),
 * they have asked (ASKS).  ASKS is kept in the table of requests, since those
 * come from people who are in no roster; the others in the roster's item.
 * The two tables below say which presence is possible in which state and what
 * it does; a presence that is not possible is ignored, as appendix A.3 wants.
 *
 * Some servers push the changed item before they pass on the presence that
 * changed it.  Then the push leaves a mark that the presence is due. */
#include "roster.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define NS_PREAPPROVAL "urn:xmpp:features:pre-approval"

enum {
    TO = LQ_SUBSCRIPTION_TO,
    FROM = LQ_SUBSCRIPTION_FROM,
    ASKED = 4,
    ASKS = 8,
    APPROVAL_DUE = 16,
    DENIAL_DUE = 32,
    CANCEL_DUE = 64,
    REQUESTS_MAX = 1000, /* remembered; the oldest make room */
};

typedef struct rule {
    int type;
    unsigned any_of; /* one of these must hold; 0: nothing must */
    unsigned none_of;
    unsigned clears;
    unsigned sets;
    int event;
} rule;

/* RFC 6121, A.3 */
static const rule incoming[] = {
    { LQ_SUBSCRIBE, 0, FROM | ASKS, 0, ASKS, LQ_EVENT_ROSTER_REQUEST },
    { LQ_UNSUBSCRIBE, FROM | ASKS | CANCEL_DUE, 0, FROM | ASKS | CANCEL_DUE, 0,
      LQ_EVENT_ROSTER_CANCELLED },
    { LQ_SUBSCRIBED, ASKED | APPROVAL_DUE, 0, ASKED | APPROVAL_DUE, TO,
      LQ_EVENT_ROSTER_APPROVED },
    { LQ_UNSUBSCRIBED, TO | ASKED | DENIAL_DUE, 0, TO | ASKED | DENIAL_DUE, 0,
      LQ_EVENT_ROSTER_DENIED },
};

/* RFC 6121, A.2; what changes nothing is sent all the same */
static const rule outgoing[] = {
    { LQ_SUBSCRIBE, 0, TO, 0, ASKED, 0 },
    { LQ_UNSUBSCRIBE, 0, 0, TO | ASKED | DENIAL_DUE, 0, 0 },
    { LQ_SUBSCRIBED, ASKS, 0, ASKS, FROM, 0 },
    { LQ_UNSUBSCRIBED, 0, 0, FROM | ASKS | CANCEL_DUE, 0, 0 },
};

enum { RULES = sizeof(incoming) / sizeof(incoming[0]) };

/* The rule of TYPE if it holds in STATE, or NULL. */
static const rule *rule_find(const rule *rules, int type, unsigned state)
{
    for (int i = 0; i < RULES; i++) {
        const rule *r = &rules[i];

        if (r->type == type && (state & r->none_of) == 0 &&
            (r->any_of == 0 || (state & r->any_of) != 0)) {
            return r;
        }
    }
    return NULL;
}

/* ---- requests ---- */

typedef struct request {
    lq_buried buried;
    char jid[];
} request;

static request *request_get(const lq_roster *roster, const lq_prepared *who)
{
    return lq_table_get(&roster->requests, who->bare, who->len);
}

static void request_drop(lq_roster *roster, request *asked)
{
    if (asked != NULL) {
        lq_table_remove(&roster->requests, asked->jid, strlen(asked->jid));
        lq_grave_add(&roster->grave, &asked->buried);
    }
}

static request *request_first(const lq_roster *roster)
{
    size_t cursor = 0;

    return lq_table_next(&roster->requests, &cursor);
}

static int request_add(lq_roster *roster, const lq_prepared *who)
{
    request *asked = lq_malloc(sizeof(*asked) + who->len + 1);

    if (asked == NULL) {
        return LQ_E_NOMEM;
    }
    memcpy(asked->jid, who->bare, who->len);
    asked->jid[who->len] = '\0';
    if (lq_table_set(&roster->requests, asked->jid, who->len, asked) < 0) {
        lq_free(asked);
        return LQ_E_NOMEM;
    }
    if (lq_table_count(&roster->requests) > REQUESTS_MAX) {
        request_drop(roster, request_first(roster));
    }
    return LQ_OK;
}

/* ---- states ---- */

static unsigned state_of(const lq_roster *roster, const lq_prepared *who)
{
    const lq_roster_item *item = lq_roster_items_get(&roster->items, who);
    unsigned asks = request_get(roster, who) != NULL ? ASKS : 0;

    return (item != NULL ? item->state : 0) | asks;
}

/* Put WHO, in STATE, where R leads. */
static int rule_apply(lq_roster *roster, const rule *r, const lq_prepared *who,
                      unsigned state)
{
    lq_roster_item *item = lq_roster_items_get(&roster->items, who);
    unsigned next = (state & ~r->clears) | r->sets;

    if ((next & ASKS) != 0 && (state & ASKS) == 0 &&
        request_add(roster, who) < 0) {
        return LQ_E_NOMEM;
    }
    if ((next & ASKS) == 0) {
        request_drop(roster, request_get(roster, who));
    }
    if (item != NULL) {
        item->state = next & ~(unsigned)ASKS;
    }
    return LQ_OK;
}

unsigned lq_subscription_pushed(const lq_roster_item *item, unsigned before)
{
    unsigned now = (unsigned)item->subscription | (item->pending ? ASKED : 0);
    unsigned lost = before & ~now;
    unsigned due = 0;

    if ((lost & ASKED) != 0 && (now & TO) != 0) {
        due |= APPROVAL_DUE;
    } else if ((lost & (TO | ASKED)) != 0 && (now & (TO | ASKED)) == 0) {
        due |= DENIAL_DUE;
    }
    if ((lost & FROM) != 0) {
        due |= CANCEL_DUE;
    }
    return now | due;
}

/* ---- for the roster ---- */

/* A request may come after it was approved: servers tell it at each login. */
void lq_subscription_settle(lq_roster *roster, const lq_roster_item *item,
                            const lq_prepared *who)
{
    if ((item->state & FROM) != 0) {
        request_drop(roster, request_get(roster, who));
    }
}

void lq_subscription_init(lq_roster *roster)
{
    lq_table_init(&roster->requests, &roster->key);
}

void lq_subscription_reset(lq_roster *roster)
{
    request *asked;

    while ((asked = request_first(roster)) != NULL) {
        request_drop(roster, asked);
    }
}

void lq_subscription_clear(lq_roster *roster)
{
    lq_subscription_reset(roster);
    lq_table_clear(&roster->requests);
}

int lq_subscription_receive(void *self, const lq_stanza *stanza,
                            const lq_element *payload)
{
    lq_roster *roster = self;
    const rule *r;
    lq_prepared who;
    unsigned state;
    int rv = lq_prepared_init(&who, lq_stanza_sender(stanza));

    (void)payload;
    if (rv < 0) {
        return rv == LQ_E_ARGUMENT ? LQ_PASS : rv;
    }
    lq_grave_empty(&roster->grave);
    state = state_of(roster, &who);
    r = rule_find(incoming, lq_stanza_type(stanza), state);
    if (r != NULL) {
        rv = rule_apply(roster, r, &who, state);
    }
    lq_prepared_clear(&who);
    if (r == NULL || rv < 0) {
        return rv < 0 ? rv : LQ_HANDLED;
    }
    return lq_stream_emit(roster->stream, r->event, 0, LQ_OK, stanza, NULL);
}

/* ---- for the program ---- */

/* Send WHO's account a presence of TYPE; it takes effect as it leaves. */
static lq_id subscription_send(lq_roster *roster, const lq_prepared *who,
                               int type, const char *text)
{
    unsigned state = state_of(roster, who);
    const rule *r = rule_find(outgoing, type, state);
    const lq_roster_item *item = lq_roster_items_get(&roster->items, who);
    char *bare =
        item != NULL ? lq_strdup(item->jid) : lq_strndup(who->bare, who->len);
    lq_builder *b;
    lq_id id;

    if (bare == NULL) {
        return LQ_E_NOMEM;
    }
    b = lq_build_presence(roster->stream, type, bare);
    lq_free(bare);
    lq_build_child(b, "status", NULL, text);
    id = lq_stream_send(roster->stream, b);
    if (id > 0 && r != NULL) {
        rule_apply(roster, r, who, state);
    }
    return id;
}

static lq_id subscription_tell(lq_roster *roster, const char *jid, int type,
                               const char *text)
{
    lq_prepared who;
    lq_id id;
    int rv = lq_prepared_init(&who, jid);

    if (rv < 0) {
        return rv;
    }
    if (type == LQ_SUBSCRIBED && request_get(roster, &who) == NULL &&
        !lq_roster_can_preapprove(roster)) {
        id = LQ_E_STATE;
    } else {
        id = subscription_send(roster, &who, type, text);
    }
    lq_prepared_clear(&who);
    return id;
}

lq_id lq_roster_subscribe(lq_roster *roster, const char *jid, const char *text)
{
    return subscription_tell(roster, jid, LQ_SUBSCRIBE, text);
}

lq_id lq_roster_unsubscribe(lq_roster *roster, const char *jid)
{
    return subscription_tell(roster, jid, LQ_UNSUBSCRIBE, NULL);
}

lq_id lq_roster_approve(lq_roster *roster, const char *jid)
{
    return subscription_tell(roster, jid, LQ_SUBSCRIBED, NULL);
}

lq_id lq_roster_deny(lq_roster *roster, const char *jid)
{
    return subscription_tell(roster, jid, LQ_UNSUBSCRIBED, NULL);
}

const char *lq_roster_request(const lq_roster *roster, int index)
{
    size_t cursor = 0;
    const request *asked = NULL;

    for (int i = 0; i <= index; i++) {
        asked = lq_table_next(&roster->requests, &cursor);
        if (asked == NULL) {
            return NULL;
        }
    }
    return asked != NULL ? asked->jid : NULL;
}

bool lq_roster_can_preapprove(const lq_roster *roster)
{
    return lq_stream_state(roster->stream) == LQ_STATE_ONLINE &&
           lq_stream_server_feature(roster->stream, "sub", NS_PREAPPROVAL) !=
               NULL;
}
