/* test_roster.c - the roster as a server and a program see it. */
#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define ROSTER(inner) "<query xmlns='jabber:iq:roster'>" inner "</query>"
#define ROSTER_VER(ver, inner)                                                 \
    "<query xmlns='jabber:iq:roster' ver='" ver "'>" inner "</query>"
#define GET        "<iq type='get'>" ROSTER("") "</iq>"
#define SET(inner) "<iq type='set'>" ROSTER(inner) "</iq>"
#define PUSH_FROM(from, inner)                                                 \
    "<iq type='set' id='p1'" from ">" ROSTER(inner) "</iq>"
#define PUSH(inner) PUSH_FROM("", inner)
#define PUSH_VER(ver, inner)                                                   \
    "<iq type='set' id='p1'>" ROSTER_VER(ver, inner) "</iq>"
#define ACCEPTED "<iq type='result' id='p1'/>"

#define JULIET "juliet@example.com"
#define ITEM   "<item jid='" JULIET "'/>"
#define NURSE                                                                  \
    "<item jid='nurse@example.com' name='Nurse' subscription='both'>"          \
    "<group>Servants</group><group>Capulet</group></item>"

#define VERSIONING  "<ver xmlns='urn:xmpp:features:rosterver'/>"
#define PREAPPROVAL "<sub xmlns='urn:xmpp:features:pre-approval'/>"

static peer *p;
static lq_roster *roster;

/* ---- scenes ---- */

/* Attached while online, and asked for ITEMS. */
static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    roster = lq_roster_attach(p->stream);
    peer_expect(p, GET);
}

static void begin_with(int chunk_index, const char *query)
{
    begin(chunk_index);
    peer_reply(p, query);
    ck_assert_int_eq(peer_event(p, LQ_EVENT_ROSTER_LOADED)->error, 0);
}

/* Attached before the login, at a server with FEATURES. */
static void begin_login(int chunk_index, const char *features)
{
    p = peer_new(NULL, chunk_index);
    p->features = features;
    roster = lq_roster_attach(p->stream);
    peer_login(p);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

static void login_again(void)
{
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
}

/* A push that must be taken; the item it is about. */
static const lq_roster_item *push(const char *xml, int type)
{
    peer_send(p, xml);
    peer_expect(p, ACCEPTED);
    return lq_event_roster_item(peer_event(p, type));
}

static const lq_roster_item *item_of(const char *jid)
{
    return lq_roster_item_of(roster, jid);
}

static const char *name_of(const char *jid)
{
    return lq_roster_item_name(item_of(jid));
}

/* ---- loading ---- */

START_TEST(login_fetches_the_roster)
{
    begin_with(_i, ROSTER(ITEM NURSE));
    ck_assert(lq_roster_is_loaded(roster));
    ck_assert_int_eq(lq_roster_count(roster), 2);
    ck_assert_str_eq(name_of("nurse@example.com"), "Nurse");
    end();
}
END_TEST

START_TEST(roster_attached_before_login_is_fetched_before_online)
{
    begin_login(_i, "");
    peer_expect(p, GET);
    ck_assert(!lq_roster_is_loaded(roster));
    peer_reply(p, ROSTER(ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert(lq_roster_is_loaded(roster));
    end();
}
END_TEST

START_TEST(attaching_twice_gives_the_same_roster)
{
    begin_with(_i, ROSTER(""));
    ck_assert_ptr_eq(lq_roster_attach(p->stream), roster);
    end();
}
END_TEST

START_TEST(items_tell_what_the_server_said)
{
    const lq_roster_item *item;

    begin_with(_i, ROSTER("<item jid='" JULIET "' name='J' ask='subscribe'"
                          " subscription='from' approved='true'>"
                          "<group>A</group><group>B</group></item>"));
    item = item_of(JULIET);
    ck_assert_str_eq(lq_roster_item_jid(item), JULIET);
    ck_assert_str_eq(lq_roster_item_name(item), "J");
    ck_assert_int_eq(lq_roster_item_subscription(item), LQ_SUBSCRIPTION_FROM);
    ck_assert(lq_roster_item_is_pending(item));
    ck_assert(lq_roster_item_is_approved(item));
    ck_assert_str_eq(lq_roster_item_group(item, 0), "A");
    ck_assert_str_eq(lq_roster_item_group(item, 1), "B");
    ck_assert_ptr_null(lq_roster_item_group(item, 2));
    ck_assert_ptr_null(lq_roster_item_group(item, -1));
    end();
}
END_TEST

START_TEST(no_item_is_an_item_without_anything)
{
    ck_assert_ptr_null(lq_roster_item_jid(NULL));
    ck_assert_ptr_null(lq_roster_item_name(NULL));
    ck_assert_ptr_null(lq_roster_item_group(NULL, 0));
    ck_assert_int_eq(lq_roster_item_subscription(NULL), 0);
    ck_assert(!lq_roster_item_is_pending(NULL));
    ck_assert(!lq_roster_item_is_approved(NULL));
}
END_TEST

static const struct {
    const char *said;
    int subscription;
} subscriptions[] = {
    { "", LQ_SUBSCRIPTION_NONE },
    { "subscription='none'", LQ_SUBSCRIPTION_NONE },
    { "subscription='to'", LQ_SUBSCRIPTION_TO },
    { "subscription='from'", LQ_SUBSCRIPTION_FROM },
    { "subscription='both'", LQ_SUBSCRIPTION_BOTH },
    { "subscription='BOTH'", LQ_SUBSCRIPTION_NONE },
    { "subscription='friend'", LQ_SUBSCRIPTION_NONE },
    { "subscription=''", LQ_SUBSCRIPTION_NONE },
};

START_TEST(unknown_subscription_is_none)
{
    char xml[256];

    begin_with(_i, ROSTER(""));
    for (size_t i = 0; i < sizeof(subscriptions) / sizeof(subscriptions[0]);
         i++) {
        snprintf(xml, sizeof(xml), PUSH("<item jid='" JULIET "' %s/>"),
                 subscriptions[i].said);
        ck_assert_int_eq(
            lq_roster_item_subscription(push(xml, LQ_EVENT_ROSTER_CHANGED)),
            subscriptions[i].subscription);
    }
    end();
}
END_TEST

START_TEST(walk_goes_in_the_order_of_the_server)
{
    const lq_roster_item *item;

    begin_with(_i, ROSTER("<item jid='c@x.example'/><item jid='a@x.example'/>"
                          "<item jid='b@x.example'/>"));
    push(PUSH("<item jid='a@x.example' name='A'/>"), LQ_EVENT_ROSTER_CHANGED);
    item = lq_roster_next(roster, NULL);
    ck_assert_str_eq(lq_roster_item_jid(item), "c@x.example");
    item = lq_roster_next(roster, item);
    ck_assert_str_eq(lq_roster_item_name(item), "A");
    item = lq_roster_next(roster, item);
    ck_assert_str_eq(lq_roster_item_jid(item), "b@x.example");
    ck_assert_ptr_null(lq_roster_next(roster, item));
    end();
}
END_TEST

START_TEST(items_are_found_however_their_jid_is_written)
{
    begin_with(_i, ROSTER("<item jid='Juliet@Example.com/x' name='J'/>"
                          "<item jid='caf\xc3\x89@example.com' name='C'/>"));
    ck_assert_str_eq(name_of("juliet@example.com"), "J");
    ck_assert_str_eq(name_of("JULIET@EXAMPLE.COM/balcony"), "J");
    ck_assert_str_eq(name_of("caf\xc3\xa9@example.com"), "C");
    ck_assert_str_eq(lq_roster_item_jid(item_of("juliet@example.com")),
                     "Juliet@Example.com");
    ck_assert_ptr_null(item_of("romeo@example.com"));
    ck_assert_ptr_null(item_of("@"));
    ck_assert_ptr_null(item_of(NULL));
    end();
}
END_TEST

START_TEST(items_without_a_usable_jid_are_passed_over)
{
    begin_with(
        _i, ROSTER("<item/><item jid=''/><item jid='@x'/>"
                   "<item jid='gone@x.example' subscription='remove'/>" ITEM));
    ck_assert_int_eq(lq_roster_count(roster), 1);
    ck_assert_ptr_nonnull(item_of(JULIET));
    end();
}
END_TEST

START_TEST(the_later_of_two_items_counts)
{
    begin_with(_i, ROSTER("<item jid='" JULIET "' name='1'/>"
                          "<item jid='" JULIET "' name='2'/>"));
    ck_assert_int_eq(lq_roster_count(roster), 1);
    ck_assert_str_eq(name_of(JULIET), "2");
    end();
}
END_TEST

START_TEST(groups_are_named_once)
{
    const lq_roster_item *item;

    begin_with(_i, ROSTER("<item jid='" JULIET "'><group>A</group>"
                          "<group>A</group><group/><group>B</group>"
                          "<group>A</group></item>"
                          "<item jid='b@x.example'><group>A</group></item>"));
    item = item_of(JULIET);
    ck_assert_str_eq(lq_roster_item_group(item, 0), "A");
    ck_assert_str_eq(lq_roster_item_group(item, 1), "B");
    ck_assert_ptr_null(lq_roster_item_group(item, 2));
    ck_assert_str_eq(lq_roster_item_group(item_of("b@x.example"), 0), "A");
    end();
}
END_TEST

START_TEST(refusal_is_told_and_leaves_the_roster_unloaded)
{
    const lq_event *event;

    begin(_i);
    peer_refuse(p, "internal-server-error");
    event = peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert_int_eq(event->error, LQ_E_STANZA);
    ck_assert_int_eq(lq_stanza_error(event->stanza),
                     LQ_STANZA_INTERNAL_SERVER_ERROR);
    ck_assert(!lq_roster_is_loaded(roster));
    end();
}
END_TEST

START_TEST(silence_ends_in_an_error)
{
    begin(_i);
    peer_wait(p, 61000);
    ck_assert_int_eq(peer_event(p, LQ_EVENT_ROSTER_LOADED)->error,
                     LQ_E_TIMEOUT);
    end();
}
END_TEST

START_TEST(roster_stays_while_offline_and_is_replaced_at_login)
{
    begin_with(_i, ROSTER(ITEM NURSE));
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    ck_assert_int_eq(lq_roster_count(roster), 2);
    peer_login(p);
    peer_expect(p, GET);
    peer_reply(p, ROSTER(ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert_int_eq(lq_roster_count(roster), 1);
    end();
}
END_TEST

/* ---- versions ---- */

START_TEST(version_is_not_asked_of_a_server_without_versioning)
{
    begin_login(_i, "");
    peer_expect(p, GET);
    ck_assert_ptr_null(strstr(peer_last(p), "ver"));
    peer_reply(p, ROSTER(""));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    end();
}
END_TEST

START_TEST(version_begins_empty_and_comes_back)
{
    begin_login(_i, VERSIONING);
    peer_expect(p, "<iq type='get'>" ROSTER_VER("", "") "</iq>");
    peer_reply(p, ROSTER_VER("v1", ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    login_again();
    peer_expect(p, "<iq type='get'>" ROSTER_VER("v1", "") "</iq>");
    peer_reply(p, "");
    ck_assert_int_eq(peer_event(p, LQ_EVENT_ROSTER_LOADED)->error, 0);
    ck_assert_int_eq(lq_roster_count(roster), 1);
    end();
}
END_TEST

START_TEST(version_follows_the_pushes)
{
    begin_login(_i, VERSIONING);
    peer_expect(p, GET);
    peer_reply(p, ROSTER_VER("v1", ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    push(PUSH_VER("v2", NURSE), LQ_EVENT_ROSTER_CHANGED);
    login_again();
    peer_expect(p, "<iq type='get'>" ROSTER_VER("v2", "") "</iq>");
    peer_reply(p, "");
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    end();
}
END_TEST

START_TEST(version_of_a_push_does_not_stand_for_a_roster_that_never_came)
{
    begin_login(_i, VERSIONING);
    peer_expect(p, GET);
    push(PUSH_VER("v2", NURSE), LQ_EVENT_ROSTER_CHANGED);
    login_again();
    peer_expect(p, "<iq type='get'>" ROSTER_VER("", "") "</iq>");
    peer_reply(p, ROSTER_VER("v2", ITEM NURSE));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    end();
}
END_TEST

START_TEST(version_is_dropped_when_changes_may_be_missing)
{
    begin_login(_i, VERSIONING);
    peer_expect(p, GET);
    peer_reply(p, ROSTER_VER("v1", ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    login_again();
    peer_expect(p, "<iq type='get'>" ROSTER_VER("v1", "") "</iq>");
    peer_refuse(p, "internal-server-error");
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert_int_eq(lq_roster_count(roster), 1);
    push(PUSH_VER("v9", NURSE), LQ_EVENT_ROSTER_CHANGED);
    login_again();
    peer_expect(p, "<iq type='get'>" ROSTER_VER("", "") "</iq>");
    peer_reply(p, ROSTER_VER("v9", ITEM NURSE));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    end();
}
END_TEST

/* ---- pushes ---- */

START_TEST(push_changes_an_item_and_the_old_one_lives_until_it_has_passed)
{
    const lq_roster_item *old, *item;

    begin_with(_i, ROSTER("<item jid='" JULIET "' name='old'/>"));
    old = item_of(JULIET);
    item = push(PUSH("<item jid='" JULIET "' name='new'/>"),
                LQ_EVENT_ROSTER_CHANGED);
    ck_assert_str_eq(lq_roster_item_name(old), "old");
    ck_assert_str_eq(lq_roster_item_name(item), "new");
    ck_assert_ptr_eq(item, item_of(JULIET));
    end();
}
END_TEST

START_TEST(push_removes_an_item_which_lives_until_it_has_passed)
{
    const lq_roster_item *item;

    begin_with(_i, ROSTER(ITEM NURSE));
    item = push(PUSH("<item jid='nurse@example.com' subscription='remove'/>"),
                LQ_EVENT_ROSTER_REMOVED);
    ck_assert_str_eq(lq_roster_item_name(item), "Nurse");
    ck_assert_int_eq(lq_roster_count(roster), 1);
    ck_assert_ptr_null(lq_roster_next(roster, lq_roster_next(roster, NULL)));
    end();
}
END_TEST

START_TEST(removal_of_a_stranger_is_acknowledged_quietly)
{
    begin_with(_i, ROSTER(""));
    peer_send(p, PUSH("<item jid='" JULIET "' subscription='remove'/>"));
    peer_expect(p, ACCEPTED);
    end();
}
END_TEST

START_TEST(push_before_the_roster_is_overtaken_by_it)
{
    begin(_i);
    push(PUSH(NURSE), LQ_EVENT_ROSTER_CHANGED);
    ck_assert_int_eq(lq_roster_count(roster), 1);
    peer_reply(p, ROSTER(ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert_ptr_null(item_of("nurse@example.com"));
    end();
}
END_TEST

START_TEST(events_that_wait_keep_their_items_when_the_connection_breaks)
{
    begin_with(_i, ROSTER(NURSE));
    peer_send(p, PUSH("<item jid='nurse@example.com' subscription='remove'/>"));
    peer_send(p, PUSH(ITEM));
    peer_lose(p);
    ck_assert_str_eq(lq_roster_item_name(lq_event_roster_item(
                         peer_event(p, LQ_EVENT_ROSTER_REMOVED))),
                     "Nurse");
    ck_assert_str_eq(lq_roster_item_jid(lq_event_roster_item(
                         peer_event(p, LQ_EVENT_ROSTER_CHANGED))),
                     JULIET);
    ck_assert_ptr_null(lq_event_roster_item(peer_event(p, LQ_EVENT_OFFLINE)));
    peer_close(p);
}
END_TEST

/* ---- changes ---- */

START_TEST(set_keeps_the_groups)
{
    begin_with(_i, ROSTER(NURSE));
    ck_assert_int_gt(lq_roster_set(roster, "Nurse@example.com/x", "Angelica"),
                     0);
    peer_expect(p, SET("<item jid='nurse@example.com' name='Angelica'>"
                       "<group>Servants</group><group>Capulet</group></item>"));
    ck_assert_str_eq(name_of("nurse@example.com"), "Nurse");
    peer_reply(p, "");
    peer_event(p, LQ_EVENT_REPLY);
    end();
}
END_TEST

START_TEST(set_adds_a_stranger_by_the_bare_jid)
{
    begin_with(_i, ROSTER(""));
    ck_assert_int_gt(lq_roster_set(roster, "Tybalt@Example.net/x", NULL), 0);
    peer_expect(p, SET("<item jid='tybalt@example.net'/>"));
    ck_assert_ptr_null(strstr(peer_last(p), "name="));
    peer_reply(p, "");
    peer_event(p, LQ_EVENT_REPLY);
    end();
}
END_TEST

START_TEST(set_waits_for_the_roster_so_that_no_group_is_lost)
{
    begin(_i);
    ck_assert_int_eq(lq_roster_set(roster, "nurse@example.com", "N"),
                     LQ_E_STATE);
    peer_reply(p, ROSTER(NURSE));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    end();
}
END_TEST

START_TEST(groups_are_joined_and_left_one_by_one)
{
    begin_with(_i, ROSTER(NURSE));
    lq_roster_join_group(roster, "nurse@example.com", "Old");
    peer_expect(p, SET("<item jid='nurse@example.com' name='Nurse'>"
                       "<group>Servants</group><group>Capulet</group>"
                       "<group>Old</group></item>"));
    lq_roster_leave_group(roster, "nurse@example.com", "Servants");
    peer_expect(p, SET("<item jid='nurse@example.com' name='Nurse'>"
                       "<group>Capulet</group></item>"));
    ck_assert_ptr_null(strstr(peer_last(p), "Servants"));
    lq_roster_join_group(roster, "nurse@example.com", "Capulet");
    peer_expect(p, SET("<item jid='nurse@example.com' name='Nurse'>"
                       "<group>Servants</group><group>Capulet</group></item>"));
    ck_assert_ptr_null(strstr(strstr(peer_last(p), "Capulet") + 1, "Capulet"));
    end();
}
END_TEST

START_TEST(remove_asks_the_server)
{
    begin_with(_i, ROSTER(NURSE));
    lq_roster_remove(roster, "nurse@example.com");
    peer_expect(p, SET("<item jid='nurse@example.com'"
                       " subscription='remove'/>"));
    ck_assert_int_eq(lq_roster_count(roster), 1);
    peer_refuse(p, "item-not-found");
    ck_assert_int_eq(peer_event(p, LQ_EVENT_REPLY)->error, LQ_E_STANZA);
    end();
}
END_TEST

START_TEST(changes_refuse_what_is_no_contact)
{
    begin_with(_i, ROSTER(NURSE));
    ck_assert_int_eq(lq_roster_set(roster, "@", "x"), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_set(roster, NULL, "x"), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_remove(roster, ""), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_join_group(roster, "nurse@example.com", ""),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_leave_group(roster, "@", "A"), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_join_group(roster, JULIET, "A"), LQ_E_STATE);
    ck_assert_int_eq(lq_roster_leave_group(roster, JULIET, "A"), LQ_E_STATE);
    end();
}
END_TEST

/* ---- subscriptions ---- */

/* What the server passes on in which state of the roster's item, RFC 6121,
 * A.3.  "asks" has a request waiting. */
static const struct {
    const char *type;
    const char *item; /* attributes; NULL: no item */
    bool asks;
    int event; /* 0: ignored */
} arrivals[] = {
    { "subscribe", NULL, false, LQ_EVENT_ROSTER_REQUEST },
    { "subscribe", NULL, true, 0 },
    { "subscribe", "ask='subscribe'", false, LQ_EVENT_ROSTER_REQUEST },
    { "subscribe", "ask='subscribe'", true, 0 },
    { "subscribe", "subscription='to'", false, LQ_EVENT_ROSTER_REQUEST },
    { "subscribe", "subscription='to'", true, 0 },
    { "subscribe", "subscription='from'", false, 0 },
    { "subscribe", "subscription='from' ask='subscribe'", false, 0 },
    { "subscribe", "subscription='both'", false, 0 },

    { "unsubscribe", NULL, false, 0 },
    { "unsubscribe", NULL, true, LQ_EVENT_ROSTER_CANCELLED },
    { "unsubscribe", "ask='subscribe'", false, 0 },
    { "unsubscribe", "ask='subscribe'", true, LQ_EVENT_ROSTER_CANCELLED },
    { "unsubscribe", "subscription='to'", false, 0 },
    { "unsubscribe", "subscription='to'", true, LQ_EVENT_ROSTER_CANCELLED },
    { "unsubscribe", "subscription='from'", false, LQ_EVENT_ROSTER_CANCELLED },
    { "unsubscribe", "subscription='from' ask='subscribe'", false,
      LQ_EVENT_ROSTER_CANCELLED },
    { "unsubscribe", "subscription='both'", false, LQ_EVENT_ROSTER_CANCELLED },

    { "subscribed", NULL, false, 0 },
    { "subscribed", NULL, true, 0 },
    { "subscribed", "ask='subscribe'", false, LQ_EVENT_ROSTER_APPROVED },
    { "subscribed", "ask='subscribe'", true, LQ_EVENT_ROSTER_APPROVED },
    { "subscribed", "subscription='to'", false, 0 },
    { "subscribed", "subscription='to'", true, 0 },
    { "subscribed", "subscription='from'", false, 0 },
    { "subscribed", "subscription='from' ask='subscribe'", false,
      LQ_EVENT_ROSTER_APPROVED },
    { "subscribed", "subscription='both'", false, 0 },

    { "unsubscribed", NULL, false, 0 },
    { "unsubscribed", NULL, true, 0 },
    { "unsubscribed", "ask='subscribe'", false, LQ_EVENT_ROSTER_DENIED },
    { "unsubscribed", "ask='subscribe'", true, LQ_EVENT_ROSTER_DENIED },
    { "unsubscribed", "subscription='to'", false, LQ_EVENT_ROSTER_DENIED },
    { "unsubscribed", "subscription='to'", true, LQ_EVENT_ROSTER_DENIED },
    { "unsubscribed", "subscription='from'", false, 0 },
    { "unsubscribed", "subscription='from' ask='subscribe'", false,
      LQ_EVENT_ROSTER_DENIED },
    { "unsubscribed", "subscription='both'", false, LQ_EVENT_ROSTER_DENIED },
};

static void send_presence(const char *type, const char *from)
{
    char xml[256];

    snprintf(xml, sizeof(xml), "<presence type='%s' from='%s'/>", type, from);
    peer_send(p, xml);
}

/* Have TYPE arrive from Juliet: EVENT, or nothing for 0, and nothing at all
 * the second time. */
static void arrive(const char *type, int event)
{
    send_presence(type, JULIET);
    if (event != 0) {
        ck_assert_str_eq(lq_stanza_sender(peer_event(p, event)->stanza),
                         JULIET);
    }
    peer_quiet(p);
}

START_TEST(subscription_presence_counts_only_where_it_is_possible)
{
    char query[256];

    for (size_t i = 0; i < sizeof(arrivals) / sizeof(arrivals[0]); i++) {
        snprintf(query, sizeof(query), ROSTER("%s%s%s"),
                 arrivals[i].item ? "<item jid='" JULIET "' " : "",
                 arrivals[i].item ? arrivals[i].item : "",
                 arrivals[i].item ? "/>" : "");
        begin_with(_i, query);
        if (arrivals[i].asks) {
            arrive("subscribe", LQ_EVENT_ROSTER_REQUEST);
        }
        arrive(arrivals[i].type, arrivals[i].event);
        arrive(arrivals[i].type, 0);
        end();
    }
}
END_TEST

START_TEST(answer_counts_also_when_the_push_comes_first)
{
    begin_with(_i, ROSTER("<item jid='" JULIET "' ask='subscribe'/>"));
    push(PUSH("<item jid='" JULIET "' subscription='to'/>"),
         LQ_EVENT_ROSTER_CHANGED);
    arrive("subscribed", LQ_EVENT_ROSTER_APPROVED);
    arrive("subscribed", 0);
    push(PUSH("<item jid='" JULIET "' subscription='none'/>"),
         LQ_EVENT_ROSTER_CHANGED);
    arrive("unsubscribed", LQ_EVENT_ROSTER_DENIED);
    arrive("unsubscribed", 0);
    push(PUSH("<item jid='" JULIET "' subscription='from'/>"),
         LQ_EVENT_ROSTER_CHANGED);
    push(PUSH("<item jid='" JULIET "'/>"), LQ_EVENT_ROSTER_CHANGED);
    arrive("unsubscribe", LQ_EVENT_ROSTER_CANCELLED);
    arrive("unsubscribe", 0);
    end();
}
END_TEST

START_TEST(answer_counts_once_when_the_push_comes_second)
{
    begin_with(_i, ROSTER("<item jid='" JULIET "' ask='subscribe'/>"));
    arrive("subscribed", LQ_EVENT_ROSTER_APPROVED);
    push(PUSH("<item jid='" JULIET "' subscription='to'/>"),
         LQ_EVENT_ROSTER_CHANGED);
    arrive("subscribed", 0);
    end();
}
END_TEST

START_TEST(what_we_ended_ourselves_is_no_news)
{
    begin_with(_i, ROSTER("<item jid='" JULIET "' subscription='both'/>"));
    lq_roster_unsubscribe(roster, JULIET);
    peer_expect(p, "<presence type='unsubscribe' to='" JULIET "'/>");
    lq_roster_deny(roster, JULIET);
    peer_expect(p, "<presence type='unsubscribed' to='" JULIET "'/>");
    push(PUSH("<item jid='" JULIET "'/>"), LQ_EVENT_ROSTER_CHANGED);
    arrive("unsubscribed", 0);
    arrive("unsubscribe", 0);
    end();
}
END_TEST

START_TEST(requests_wait_in_order_until_they_are_answered)
{
    begin_with(_i, ROSTER(""));
    send_presence("subscribe", "Juliet@example.com/balcony");
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    send_presence("subscribe", "nurse@example.com");
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    ck_assert_str_eq(lq_roster_request(roster, 0), JULIET);
    ck_assert_str_eq(lq_roster_request(roster, 1), "nurse@example.com");
    ck_assert_ptr_null(lq_roster_request(roster, 2));
    ck_assert_ptr_null(lq_roster_request(roster, -1));

    ck_assert_int_gt(lq_roster_approve(roster, lq_roster_request(roster, 0)),
                     0);
    peer_expect(p, "<presence type='subscribed' to='" JULIET "'/>");
    ck_assert_int_gt(lq_roster_deny(roster, lq_roster_request(roster, 0)), 0);
    peer_expect(p, "<presence type='unsubscribed' to='nurse@example.com'/>");
    ck_assert_ptr_null(lq_roster_request(roster, 0));
    end();
}
END_TEST

START_TEST(requests_are_never_accepted_by_themselves)
{
    begin_with(_i, ROSTER("<item jid='" JULIET "' subscription='to'/>"));
    send_presence("subscribe", JULIET);
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    peer_quiet(p);
    end();
}
END_TEST

/* The server tells waiting requests at each login, also one that we have just
 * approved. */
START_TEST(request_told_after_its_approval_does_not_wait)
{
    begin_with(_i, ROSTER(""));
    send_presence("subscribe", JULIET);
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    peer_send(p, PUSH("<item jid='" JULIET "' subscription='from'/>"));
    peer_expect(p, "<iq type='result' id='p1'/>");
    peer_event(p, LQ_EVENT_ROSTER_CHANGED);
    ck_assert_ptr_null(lq_roster_request(roster, 0));
    end();
}
END_TEST

START_TEST(requests_come_anew_with_each_session)
{
    begin_with(_i, ROSTER(""));
    send_presence("subscribe", JULIET);
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    login_again();
    peer_expect(p, GET);
    ck_assert_ptr_null(lq_roster_request(roster, 0));
    peer_reply(p, ROSTER(""));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    send_presence("subscribe", JULIET);
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    end();
}
END_TEST

START_TEST(requests_beyond_a_thousand_push_out_the_oldest)
{
    char from[64];
    int count = 0;

    begin_with(2, ROSTER(""));
    for (int i = 0; i < 1010; i++) {
        snprintf(from, sizeof(from), "c%d@example.com", i);
        send_presence("subscribe", from);
        peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    }
    while (lq_roster_request(roster, count) != NULL) {
        count++;
    }
    ck_assert_int_eq(count, 1000);
    ck_assert_str_eq(lq_roster_request(roster, 0), "c10@example.com");
    end();
}
END_TEST

START_TEST(subscription_goes_to_the_bare_jid_with_a_word)
{
    begin_with(_i, ROSTER(""));
    lq_roster_subscribe(roster, "Juliet@example.com/balcony", "It is I <3");
    peer_expect(p, "<presence type='subscribe' to='" JULIET "'>"
                   "<status>It is I &lt;3</status></presence>");
    lq_roster_subscribe(roster, JULIET, NULL);
    peer_expect(p, "<presence type='subscribe' to='" JULIET "'/>");
    ck_assert_ptr_null(strstr(peer_last(p), "status"));
    lq_roster_unsubscribe(roster, JULIET);
    peer_expect(p, "<presence type='unsubscribe' to='" JULIET "'/>");
    ck_assert_int_eq(lq_roster_subscribe(roster, "@", NULL), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_roster_approve(roster, NULL), LQ_E_ARGUMENT);
    end();
}
END_TEST

START_TEST(approval_without_request_needs_a_server_that_keeps_it)
{
    begin_with(_i, ROSTER(""));
    ck_assert(!lq_roster_can_preapprove(roster));
    ck_assert_int_eq(lq_roster_approve(roster, JULIET), LQ_E_STATE);
    end();

    begin_login(_i, PREAPPROVAL);
    peer_expect(p, GET);
    peer_reply(p, ROSTER(""));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert(lq_roster_can_preapprove(roster));
    ck_assert_int_gt(lq_roster_approve(roster, JULIET), 0);
    peer_expect(p, "<presence type='subscribed' to='" JULIET "'/>");
    end();
}
END_TEST

/* ---- memory ---- */

static void life(peer *forgiving)
{
    p = forgiving;
    p->features = VERSIONING PREAPPROVAL;
    roster = lq_roster_attach(p->stream);
    if (roster == NULL) {
        return;
    }
    peer_login(p);
    peer_expect(p, GET);
    peer_reply(p, ROSTER_VER("v1", ITEM NURSE "<item jid='A@x.example'/>"));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    peer_send(p, PUSH_VER("v2", ITEM));
    peer_send(p, PUSH("<item jid='" JULIET "' subscription='remove'/>"));
    send_presence("subscribe", JULIET);
    lq_event_roster_item(&p->event);
    peer_event(p, LQ_EVENT_ROSTER_CHANGED);
    peer_event(p, LQ_EVENT_ROSTER_REMOVED);
    peer_event(p, LQ_EVENT_ROSTER_REQUEST);
    lq_roster_set(roster, "Nurse@example.com", "N");
    lq_roster_join_group(roster, "nurse@example.com", "G");
    lq_roster_approve(roster, JULIET);
    lq_roster_subscribe(roster, JULIET, "hello");
    lq_roster_remove(roster, "x@example.com");
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    peer_expect(p, GET);
    peer_reply(p, ROSTER(NURSE));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    ck_assert_int_le(lq_roster_count(roster), 3);
}

START_TEST(roster_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

/* The n-th allocation while a new roster is taken in fails: what is there is
 * the old one or the new one. */
START_TEST(roster_is_replaced_whole_or_not_at_all)
{
    for (unsigned long n = 1; n < 40; n++) {
        const lq_event *event;
        int count;

        begin_with(2, ROSTER(ITEM NURSE));
        login_again();
        peer_expect(p, GET);
        peer_reply(p, ROSTER("<item jid='a@x.example'/>"
                             "<item jid='b@x.example'><group>G</group></item>"
                             "<item jid='c@x.example'/>"));
        memory_fail(n, false);
        event = lq_stream_event(p->stream);
        memory_fail(0, false);
        count = lq_roster_count(roster);
        ck_assert(count == 2 || count == 3);
        if (event != NULL && event->type == LQ_EVENT_ROSTER_LOADED) {
            ck_assert_int_eq(count, event->error == 0 ? 3 : 2);
        }
        peer_close(p);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        login_fetches_the_roster,
        roster_attached_before_login_is_fetched_before_online,
        attaching_twice_gives_the_same_roster,
        items_tell_what_the_server_said,
        no_item_is_an_item_without_anything,
        unknown_subscription_is_none,
        walk_goes_in_the_order_of_the_server,
        items_are_found_however_their_jid_is_written,
        items_without_a_usable_jid_are_passed_over,
        the_later_of_two_items_counts,
        groups_are_named_once,
        refusal_is_told_and_leaves_the_roster_unloaded,
        silence_ends_in_an_error,
        roster_stays_while_offline_and_is_replaced_at_login,
        version_is_not_asked_of_a_server_without_versioning,
        version_begins_empty_and_comes_back,
        version_follows_the_pushes,
        version_of_a_push_does_not_stand_for_a_roster_that_never_came,
        version_is_dropped_when_changes_may_be_missing,
        push_changes_an_item_and_the_old_one_lives_until_it_has_passed,
        push_removes_an_item_which_lives_until_it_has_passed,
        removal_of_a_stranger_is_acknowledged_quietly,
        push_before_the_roster_is_overtaken_by_it,
        events_that_wait_keep_their_items_when_the_connection_breaks,
        set_keeps_the_groups,
        set_adds_a_stranger_by_the_bare_jid,
        set_waits_for_the_roster_so_that_no_group_is_lost,
        groups_are_joined_and_left_one_by_one,
        remove_asks_the_server,
        changes_refuse_what_is_no_contact,
        subscription_presence_counts_only_where_it_is_possible,
        answer_counts_also_when_the_push_comes_first,
        answer_counts_once_when_the_push_comes_second,
        what_we_ended_ourselves_is_no_news,
        requests_wait_in_order_until_they_are_answered,
        requests_are_never_accepted_by_themselves,
        request_told_after_its_approval_does_not_wait,
        requests_come_anew_with_each_session,
        requests_beyond_a_thousand_push_out_the_oldest,
        subscription_goes_to_the_bare_jid_with_a_word,
        approval_without_request_needs_a_server_that_keeps_it,
        roster_survives_any_allocation_that_fails,
        roster_is_replaced_whole_or_not_at_all,
        NULL,
    };

    return suite_main_chunked("roster", tests);
}
