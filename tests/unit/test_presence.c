/* test_presence.c - who is there, as told by a server. */
#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define JULIET            "juliet@example.com"
#define BALCONY           JULIET "/balcony"
#define CHAMBER           JULIET "/chamber"
#define ROSTER_GET        "<iq type='get'><query xmlns='jabber:iq:roster'/></iq>"
#define ROSTER            "<query xmlns='jabber:iq:roster'/>"
#define HERE(from, inner) "<presence from='" from "'>" inner "</presence>"
#define GONE(from)                                                             \
    "<presence type='unavailable' from='" from "'>"                            \
    "<status>farewell</status></presence>"

static peer *p;
static lq_presence *presence;

/* Attached before the login; the roster's request is answered and our first
 * presence seen. */
static void begin(int chunk_index)
{
    p = peer_new(NULL, chunk_index);
    presence = lq_presence_attach(p->stream);
    peer_login(p);
    peer_expect(p, ROSTER_GET);
    peer_expect(p, "<presence/>");
    peer_reply(p, ROSTER);
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

static const lq_resource *changed(const char *xml)
{
    peer_send(p, xml);
    return lq_event_resource(peer_event(p, LQ_EVENT_RESOURCE_CHANGED));
}

static const lq_resource *gone(void)
{
    return lq_event_resource(peer_event(p, LQ_EVENT_RESOURCE_GONE));
}

static const char *best_jid(const char *jid)
{
    return lq_resource_jid(lq_presence_best(presence, jid));
}

static int resources_of(const char *jid)
{
    const lq_resource *resource = NULL;
    int count = 0;

    while ((resource = lq_presence_next(presence, jid, resource)) != NULL) {
        count++;
    }
    return count;
}

/* ---- ours ---- */

START_TEST(login_asks_for_the_roster_then_sends_presence)
{
    begin(_i);
    ck_assert_int_eq(lq_presence_show(presence), LQ_SHOW_ONLINE);
    ck_assert_int_eq(lq_presence_priority(presence), 0);
    ck_assert_ptr_eq(lq_presence_attach(p->stream), presence);
    end();
}
END_TEST

START_TEST(first_presence_says_nothing_superfluous)
{
    p = peer_new(NULL, _i);
    presence = lq_presence_attach(p->stream);
    peer_login(p);
    peer_expect(p, ROSTER_GET);
    peer_expect(p, "<presence/>");
    ck_assert_ptr_null(strstr(peer_last(p), "show"));
    ck_assert_ptr_null(strstr(peer_last(p), "status"));
    ck_assert_ptr_null(strstr(peer_last(p), "priority"));
    ck_assert_ptr_null(strstr(peer_last(p), "type="));
    end();
}
END_TEST

static const struct {
    int show;
    const char *expected;
} shows[] = {
    { LQ_SHOW_XA, "<presence><show>xa</show></presence>" },
    { LQ_SHOW_AWAY, "<presence><show>away</show></presence>" },
    { LQ_SHOW_DND, "<presence><show>dnd</show></presence>" },
    { LQ_SHOW_CHAT, "<presence><show>chat</show></presence>" },
    { LQ_SHOW_ONLINE, "<presence/>" },
    { LQ_SHOW_OFFLINE, "<presence type='unavailable'/>" },
};

START_TEST(show_is_sent_at_once_while_online)
{
    begin(_i);
    for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
        ck_assert_int_ge(lq_presence_set(presence, shows[i].show, 0), 0);
        peer_expect(p, shows[i].expected);
        ck_assert_int_eq(lq_presence_show(presence), shows[i].show);
    }
    end();
}
END_TEST

START_TEST(show_and_priority_outside_their_range_change_nothing)
{
    begin(_i);
    ck_assert_int_eq(lq_presence_set(presence, -1, 0), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_CHAT + 1, 0),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_CHAT, 128),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_CHAT, -129),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_show(presence), LQ_SHOW_ONLINE);
    end();
}
END_TEST

START_TEST(status_goes_out_in_each_language_with_the_next_presence)
{
    begin(_i);
    lq_presence_set_status(presence, NULL, "first");
    lq_presence_set_status(presence, NULL, "out in the orchard");
    lq_presence_set_status(presence, "it", "nel frutteto");
    lq_presence_set_status(presence, "de", "weg");
    lq_presence_set_status(presence, "de", NULL);
    lq_presence_set_status(presence, "fr", NULL);
    peer_quiet(p);
    lq_presence_set(presence, LQ_SHOW_AWAY, -128);
    peer_expect(p, "<presence><show>away</show>"
                   "<status>out in the orchard</status>"
                   "<status xml:lang='it'>nel frutteto</status>"
                   "<priority>-128</priority></presence>");
    ck_assert_ptr_null(strstr(peer_last(p), "first"));
    ck_assert_ptr_null(strstr(peer_last(p), "weg"));
    end();
}
END_TEST

START_TEST(presence_set_offline_is_sent_at_each_login)
{
    p = peer_new(NULL, _i);
    presence = lq_presence_attach(p->stream);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_DND, 127), LQ_OK);
    for (int i = 0; i < 2; i++) {
        peer_login(p);
        peer_expect(p, ROSTER_GET);
        peer_expect(p, "<presence><show>dnd</show>"
                       "<priority>127</priority></presence>");
        peer_lose(p);
        peer_event(p, LQ_EVENT_OFFLINE);
    }
    peer_close(p);
}
END_TEST

START_TEST(presence_set_before_offline_is_taken_is_sent_at_the_next_login)
{
    begin(_i);
    peer_lose(p);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_DND, 1), LQ_OK);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    peer_expect(p, ROSTER_GET);
    peer_expect(p, "<presence><show>dnd</show></presence>");
    end();
}
END_TEST

START_TEST(status_that_cannot_be_sent_is_refused)
{
    p = peer_open(_i);
    presence = lq_presence_attach(p->stream);
    if (presence != NULL) {
        CLAIM_IS(lq_presence_set_status(presence, NULL, "\xff"), LQ_E_ARGUMENT);
        CLAIM_IS(lq_presence_set_status(presence, "\x01", "a"), LQ_E_ARGUMENT);
    }
    peer_close(p);
}
END_TEST

START_TEST(nobody_is_told_when_we_are_to_be_offline)
{
    p = peer_new(NULL, _i);
    presence = lq_presence_attach(p->stream);
    ck_assert_int_eq(lq_presence_set(presence, LQ_SHOW_OFFLINE, 0), LQ_OK);
    peer_login(p);
    peer_expect(p, ROSTER_GET);
    end();
}
END_TEST

START_TEST(directed_presence_is_for_one_alone)
{
    begin(_i);
    ck_assert_int_gt(
        lq_presence_direct(presence, "room@muc.example/me", LQ_SHOW_AWAY), 0);
    peer_expect(p, "<presence to='room@muc.example/me'>"
                   "<show>away</show></presence>");
    ck_assert_int_gt(
        lq_presence_direct(presence, "room@muc.example/me", LQ_SHOW_OFFLINE),
        0);
    peer_expect(p, "<presence to='room@muc.example/me' type='unavailable'/>");
    ck_assert_int_eq(lq_presence_show(presence), LQ_SHOW_ONLINE);
    ck_assert_int_eq(lq_presence_direct(presence, "@", LQ_SHOW_AWAY),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_direct(presence, NULL, LQ_SHOW_AWAY),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_presence_direct(presence, JULIET, 99), LQ_E_ARGUMENT);
    end();
}
END_TEST

/* ---- everyone's ---- */

START_TEST(resources_tell_what_they_said)
{
    const lq_resource *resource;

    begin(_i);
    resource = changed(HERE(BALCONY, "<show>away</show><priority>5</priority>"
                                     "<status>sighing</status>"));
    ck_assert_str_eq(lq_resource_jid(resource), BALCONY);
    ck_assert_int_eq(lq_resource_show(resource), LQ_SHOW_AWAY);
    ck_assert_int_eq(lq_resource_priority(resource), 5);
    ck_assert_str_eq(lq_resource_status(resource, NULL), "sighing");
    ck_assert_ptr_eq(resource, lq_presence_best(presence, JULIET));
    ck_assert_ptr_eq(resource, lq_presence_best(presence, BALCONY));
    ck_assert_ptr_null(lq_presence_best(presence, CHAMBER));
    end();
}
END_TEST

START_TEST(nobody_is_offline_without_status)
{
    ck_assert_ptr_null(lq_resource_jid(NULL));
    ck_assert_int_eq(lq_resource_show(NULL), LQ_SHOW_OFFLINE);
    ck_assert_int_eq(lq_resource_priority(NULL), 0);
    ck_assert_ptr_null(lq_resource_status(NULL, NULL));
    ck_assert_str_eq(lq_show_name(LQ_SHOW_OFFLINE), "offline");
    ck_assert_str_eq(lq_show_name(LQ_SHOW_XA), "xa");
    ck_assert_str_eq(lq_show_name(LQ_SHOW_CHAT), "chat");
    ck_assert_str_eq(lq_show_name(77), "offline");
}
END_TEST

static const struct {
    const char *said;
    int show;
    int priority;
} oddities[] = {
    { "", LQ_SHOW_ONLINE, 0 },
    { "<show/>", LQ_SHOW_ONLINE, 0 },
    { "<show>online</show>", LQ_SHOW_ONLINE, 0 },
    { "<show>offline</show>", LQ_SHOW_ONLINE, 0 },
    { "<show>busy</show>", LQ_SHOW_ONLINE, 0 },
    { "<show xmlns='other'>away</show>", LQ_SHOW_ONLINE, 0 },
    { "<show>away</show><show>chat</show>", LQ_SHOW_AWAY, 0 },
    { "<priority>-128</priority>", LQ_SHOW_ONLINE, -128 },
    { "<priority>127</priority>", LQ_SHOW_ONLINE, 127 },
    { "<priority>128</priority>", LQ_SHOW_ONLINE, 127 },
    { "<priority>-1000</priority>", LQ_SHOW_ONLINE, -128 },
    { "<priority>much</priority>", LQ_SHOW_ONLINE, 0 },
    { "<priority/>", LQ_SHOW_ONLINE, 0 },
};

START_TEST(odd_shows_and_priorities_are_made_usable)
{
    char xml[256];

    begin(_i);
    for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
        const lq_resource *resource;

        snprintf(xml, sizeof(xml), HERE(BALCONY, "%s"), oddities[i].said);
        resource = changed(xml);
        ck_assert_int_eq(lq_resource_show(resource), oddities[i].show);
        ck_assert_int_eq(lq_resource_priority(resource), oddities[i].priority);
    }
    ck_assert_int_eq(resources_of(JULIET), 1);
    end();
}
END_TEST

static const struct {
    const char *lang;
    const char *status;
} readers[] = {
    { NULL, "own" },   { "en", "own" },        { "de", "deutsch" },
    { "de-AT", "jo" }, { "DE-at", "jo" },      { "de-CH", "deutsch" },
    { "it", "own" },   { "de-AT-1996", "jo" }, { "", "own" },
};

START_TEST(status_is_read_in_the_language_that_fits_best)
{
    const lq_resource *resource;

    begin(_i);
    resource = changed(HERE(BALCONY, "<status xml:lang='fr'>fr</status>"
                                     "<status>own</status>"
                                     "<status xml:lang='de-AT'>jo</status>"
                                     "<status xml:lang='de'>deutsch</status>"));
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        ck_assert_str_eq(lq_resource_status(resource, readers[i].lang),
                         readers[i].status);
    }
    resource = changed(HERE(BALCONY, "<status xml:lang='fr'>fr</status>"));
    ck_assert_str_eq(lq_resource_status(resource, "de"), "fr");
    resource = changed(HERE(BALCONY, ""));
    ck_assert_ptr_null(lq_resource_status(resource, "de"));
    end();
}
END_TEST

START_TEST(status_that_is_too_long_is_not_kept)
{
    static char xml[12000];
    const lq_resource *resource;

    begin(2);
    snprintf(xml, sizeof(xml),
             HERE(BALCONY, "<status>%09000d</status>"
                           "<status>short</status>"),
             1);
    resource = changed(xml);
    ck_assert_str_eq(lq_resource_status(resource, NULL), "short");
    end();
}
END_TEST

START_TEST(language_that_is_too_long_is_not_kept)
{
    static const int lengths[] = { 64, 65, 9000 };
    static char xml[12000];

    begin(2);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const lq_resource *resource;

        snprintf(xml, sizeof(xml),
                 "<presence from='" BALCONY "' xml:lang='de-%0*d'>"
                 "<status xml:lang='fr'>fr</status>"
                 "<status xml:lang='de'>de</status></presence>",
                 lengths[i] - 3, 1);
        resource = changed(xml);
        ck_assert_str_eq(lq_resource_status(resource, NULL),
                         lengths[i] > 64 ? "fr" : "de");
        snprintf(xml, sizeof(xml),
                 HERE(BALCONY, "<status xml:lang='fr'>fr</status>"
                               "<status xml:lang='de-%0*d'>de</status>"),
                 lengths[i] - 3, 1);
        resource = changed(xml);
        ck_assert_str_eq(lq_resource_status(resource, "de"),
                         lengths[i] > 64 ? "fr" : "de");
    }
    end();
}
END_TEST

START_TEST(best_is_the_highest_priority_then_show_then_the_latest)
{
    begin(_i);
    changed(HERE(BALCONY, "<show>chat</show>"));
    changed(HERE(CHAMBER, "<show>xa</show><priority>1</priority>"));
    ck_assert_str_eq(best_jid(JULIET), CHAMBER);
    changed(HERE(CHAMBER, "<show>dnd</show>"));
    ck_assert_str_eq(best_jid(JULIET), BALCONY);
    changed(HERE(CHAMBER, "<show>chat</show>"));
    ck_assert_str_eq(best_jid(JULIET), CHAMBER);
    changed(HERE(BALCONY, "<show>chat</show>"));
    ck_assert_str_eq(best_jid(JULIET), BALCONY);
    changed(HERE(BALCONY, "<show>chat</show><priority>-1</priority>"));
    ck_assert_str_eq(best_jid(JULIET), CHAMBER);
    end();
}
END_TEST

START_TEST(resources_of_an_account_come_in_order_of_arrival)
{
    const lq_resource *resource;

    begin(_i);
    changed(HERE(BALCONY, ""));
    changed(HERE("nurse@example.com/x", ""));
    changed(HERE(CHAMBER, ""));
    changed(HERE(BALCONY, "<show>away</show>"));
    resource = lq_presence_next(presence, "Juliet@Example.com", NULL);
    ck_assert_str_eq(lq_resource_jid(resource), BALCONY);
    ck_assert_int_eq(lq_resource_show(resource), LQ_SHOW_AWAY);
    resource = lq_presence_next(presence, JULIET, resource);
    ck_assert_str_eq(lq_resource_jid(resource), CHAMBER);
    ck_assert_ptr_null(lq_presence_next(presence, JULIET, resource));
    ck_assert_int_eq(resources_of("romeo@example.com"), 0);
    ck_assert_int_eq(resources_of("@"), 0);
    end();
}
END_TEST

START_TEST(same_resource_is_recognised_however_it_is_written)
{
    begin(_i);
    changed(HERE("Juliet@EXAMPLE.com/balcony", ""));
    changed(HERE(BALCONY, "<show>away</show>"));
    ck_assert_int_eq(resources_of(JULIET), 1);
    changed(HERE(JULIET "/Balcony", ""));
    ck_assert_int_eq(resources_of(JULIET), 2);
    end();
}
END_TEST

START_TEST(resource_that_goes_tells_what_it_left_with)
{
    const lq_resource *resource;

    begin(_i);
    changed(HERE(BALCONY, "<priority>9</priority>"));
    changed(HERE(CHAMBER, ""));
    peer_send(p, GONE(BALCONY));
    resource = gone();
    ck_assert_str_eq(lq_resource_jid(resource), BALCONY);
    ck_assert_int_eq(lq_resource_show(resource), LQ_SHOW_OFFLINE);
    ck_assert_str_eq(lq_resource_status(resource, NULL), "farewell");
    ck_assert_str_eq(best_jid(JULIET), CHAMBER);
    peer_send(p, GONE(CHAMBER));
    gone();
    ck_assert_ptr_null(best_jid(JULIET));
    end();
}
END_TEST

START_TEST(unavailable_from_the_bare_jid_takes_all_resources)
{
    begin(_i);
    changed(HERE(BALCONY, ""));
    changed(HERE("nurse@example.com/x", ""));
    changed(HERE(CHAMBER, ""));
    peer_send(p, GONE(JULIET));
    ck_assert_str_eq(lq_resource_jid(gone()), BALCONY);
    ck_assert_str_eq(lq_resource_jid(gone()), CHAMBER);
    ck_assert_int_eq(resources_of(JULIET), 0);
    ck_assert_int_eq(resources_of("nurse@example.com"), 1);
    end();
}
END_TEST

START_TEST(unavailable_of_those_who_were_not_here_surfaces)
{
    begin(_i);
    changed(HERE(BALCONY, ""));
    peer_send(p, GONE(CHAMBER));
    peer_event(p, LQ_EVENT_PRESENCE);
    peer_send(p, GONE("nurse@example.com"));
    peer_event(p, LQ_EVENT_PRESENCE);
    ck_assert_int_eq(resources_of(JULIET), 1);
    end();
}
END_TEST

START_TEST(presence_from_nowhere_surfaces)
{
    begin(_i);
    peer_send(p, HERE("@example.com", ""));
    peer_event(p, LQ_EVENT_PRESENCE);
    end();
}
END_TEST

START_TEST(bare_jid_may_be_here_without_a_resource)
{
    begin(_i);
    changed(HERE("gateway.example", ""));
    ck_assert_str_eq(best_jid("gateway.example"), "gateway.example");
    peer_send(p, GONE("gateway.example"));
    gone();
    end();
}
END_TEST

START_TEST(our_other_resources_are_kept_like_anyones)
{
    begin(_i);
    changed("<presence from='" PEER_JID "'/>");
    changed("<presence from='" PEER_ACCOUNT "/phone'>"
            "<show>away</show></presence>");
    ck_assert_int_eq(resources_of(PEER_ACCOUNT), 2);
    end();
}
END_TEST

START_TEST(presence_error_is_told_and_keeps_what_is_known)
{
    const lq_event *event;

    begin(_i);
    changed(HERE(BALCONY, ""));
    peer_send(p, "<presence type='error' from='" JULIET "'>"
                 "<error type='cancel'><remote-server-not-found"
                 " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
                 "</presence>");
    event = peer_event(p, LQ_EVENT_RESOURCE_ERROR);
    ck_assert_int_eq(lq_stanza_error(event->stanza),
                     LQ_STANZA_REMOTE_SERVER_NOT_FOUND);
    ck_assert_ptr_null(lq_event_resource(event));
    ck_assert_int_eq(resources_of(JULIET), 1);
    end();
}
END_TEST

START_TEST(everybody_is_forgotten_when_we_go_offline)
{
    begin(_i);
    changed(HERE(BALCONY, ""));
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    ck_assert_ptr_null(lq_presence_best(presence, JULIET));
    ck_assert_int_eq(resources_of(JULIET), 0);
    peer_login(p);
    peer_expect(p, ROSTER_GET);
    peer_expect(p, "<presence/>");
    ck_assert_int_eq(resources_of(JULIET), 0);
    end();
}
END_TEST

START_TEST(events_that_wait_keep_their_resources_when_we_go_offline)
{
    begin(_i);
    changed(HERE(BALCONY, ""));
    changed(HERE(CHAMBER, ""));
    peer_send(p, GONE(JULIET));
    ck_assert_str_eq(lq_resource_jid(gone()), BALCONY);
    peer_lose(p);
    ck_assert_str_eq(lq_resource_jid(gone()), CHAMBER);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_close(p);
}
END_TEST

START_TEST(least_available_of_64_resources_makes_room)
{
    char xml[256];

    begin(2);
    for (int i = 0; i < 64; i++) {
        snprintf(xml, sizeof(xml),
                 HERE(JULIET "/%d", "<priority>%d</priority>"), i,
                 i == 40 ? -5 : i);
        changed(xml);
    }
    peer_send(p, HERE(JULIET "/new", ""));
    ck_assert_str_eq(lq_resource_jid(gone()), JULIET "/40");
    ck_assert_str_eq(lq_resource_jid(lq_event_resource(
                         peer_event(p, LQ_EVENT_RESOURCE_CHANGED))),
                     JULIET "/new");
    ck_assert_int_eq(resources_of(JULIET), 64);
    end();
}
END_TEST

START_TEST(beyond_a_hundred_thousand_resources_nobody_new_is_kept)
{
    static char xml[64 * 300];
    size_t len = 0;

    if (_i != 2) {
        return;
    }
    begin(2);
    for (int i = 0; i < 100000; i++) {
        len += (size_t)snprintf(xml + len, sizeof(xml) - len,
                                "<presence from='c%d@example.com/x'/>", i);
        if (i % 250 == 249) {
            peer_send(p, xml);
            for (int n = 0; n < 250; n++) {
                peer_event(p, LQ_EVENT_RESOURCE_CHANGED);
            }
            len = 0;
        }
    }
    peer_send(p, HERE(BALCONY, ""));
    peer_event(p, LQ_EVENT_PRESENCE);
    changed(HERE("c7@example.com/x", "<show>away</show>"));
    peer_send(p, GONE("c7@example.com/x"));
    gone();
    changed(HERE(BALCONY, ""));
    end();
}
END_TEST

/* Contact NUMBER says LEN bytes. */
static void say(int number, int len)
{
    static char xml[12000];

    snprintf(xml, sizeof(xml),
             HERE("c%04d@example.com/x", "<status>%0*d</status>"), number, len,
             1);
    peer_send(p, xml);
}

static bool is_kept(int number)
{
    char jid[32];

    while (lq_stream_event(p->stream) != NULL) {
    }
    snprintf(jid, sizeof(jid), "c%04d@example.com", number);
    return lq_presence_best(presence, jid) != NULL;
}

START_TEST(beyond_16_mib_nobody_new_is_kept)
{
    const int max = 16 * 1024 * 1024, len = 8000;
    int count = 0;

    if (_i != 2) {
        return;
    }
    begin(2);
    do {
        say(count, len);
    } while (count < 3000 && is_kept(count++));
    ck_assert_int_gt(count, max / (len + 200));
    ck_assert_int_le(count, max / len);
    say(count, len);
    peer_event(p, LQ_EVENT_PRESENCE);

    say(7, len); /* who is kept may speak */
    peer_event(p, LQ_EVENT_RESOURCE_CHANGED);
    peer_send(p, GONE("c0008@example.com/x"));
    gone();
    say(count, len);
    peer_event(p, LQ_EVENT_RESOURCE_CHANGED);
    end();
}
END_TEST

START_TEST(whoever_says_more_than_there_is_room_for_has_gone)
{
    static char xml[12000];
    int count = 0;

    if (_i != 2) {
        return;
    }
    begin(2);
    changed(HERE(BALCONY, ""));
    do {
        say(count, 8000);
    } while (count < 3000 && is_kept(count++));
    for (int len = 7000; len > 0; len -= 100) { /* what is left */
        say(count, len);
        count += is_kept(count);
    }
    snprintf(xml, sizeof(xml), HERE(BALCONY, "<status>%08000d</status>"), 1);
    peer_send(p, xml);
    ck_assert_str_eq(lq_resource_jid(gone()), BALCONY);
    peer_event(p, LQ_EVENT_PRESENCE);
    ck_assert_int_eq(resources_of(JULIET), 0);
    changed(HERE(BALCONY, ""));
    end();
}
END_TEST

/* ---- whom the roster shows ---- */

#define PUSH(attrs)                                                            \
    "<iq type='set' id='p1'><query xmlns='jabber:iq:roster'>"                  \
    "<item jid='" JULIET "'" attrs "/></query></iq>"

static void push(const char *xml, int type)
{
    peer_send(p, xml);
    peer_expect(p, "<iq type='result' id='p1'/>");
    peer_event(p, type);
}

/* Juliet, who is a contact of ours as ATTRS say, is here twice, and others
 * are. */
static void begin_with_juliet(int chunk_index, const char *contact)
{
    begin(chunk_index);
    push(contact, LQ_EVENT_ROSTER_CHANGED);
    changed(HERE(BALCONY, ""));
    changed(HERE("room@muc.example/me", ""));
    changed(HERE(CHAMBER, "<status>sighing</status>"));
}

static void expect_juliet_gone(void)
{
    const lq_resource *resource = gone();

    ck_assert_str_eq(lq_resource_jid(resource), BALCONY);
    ck_assert_int_eq(lq_resource_show(resource), LQ_SHOW_OFFLINE);
    ck_assert_ptr_null(p->event.stanza);
    resource = gone();
    ck_assert_str_eq(lq_resource_jid(resource), CHAMBER);
    ck_assert_str_eq(lq_resource_status(resource, NULL), "sighing");
    ck_assert_int_eq(resources_of(JULIET), 0);
    ck_assert_int_eq(resources_of("room@muc.example"), 1);
}

START_TEST(contact_that_is_removed_has_gone)
{
    begin_with_juliet(_i, PUSH(" subscription='both'"));
    push(PUSH(" subscription='remove'"), LQ_EVENT_ROSTER_REMOVED);
    expect_juliet_gone();
    changed(HERE(BALCONY, "")); /* she may still show herself to us */
    end();
}
END_TEST

START_TEST(contact_that_does_not_let_us_see_it_any_more_has_gone)
{
    begin_with_juliet(_i, PUSH(" subscription='to'"));
    push(PUSH(" subscription='both'"), LQ_EVENT_ROSTER_CHANGED);
    ck_assert_int_eq(resources_of(JULIET), 2);
    push(PUSH(" subscription='from'"), LQ_EVENT_ROSTER_CHANGED);
    expect_juliet_gone();
    end();
}
END_TEST

START_TEST(who_was_no_contact_to_be_seen_stays)
{
    begin_with_juliet(_i, PUSH(" subscription='from'"));
    push(PUSH(" subscription='none'"), LQ_EVENT_ROSTER_CHANGED);
    push(PUSH(" subscription='remove'"), LQ_EVENT_ROSTER_REMOVED);
    ck_assert_int_eq(resources_of(JULIET), 2);
    end();
}
END_TEST

/* ---- memory ---- */

static void life(peer *forgiving)
{
    p = forgiving;
    presence = lq_presence_attach(p->stream);
    if (presence == NULL) {
        return;
    }
    lq_presence_set_status(presence, "it", "nel frutteto");
    lq_presence_set(presence, LQ_SHOW_AWAY, 3);
    peer_login(p);
    peer_send(p, HERE(BALCONY, "<status>sighing</status>"));
    peer_send(p, HERE("Nurse@example.com/x", ""));
    peer_send(p, HERE(CHAMBER, ""));
    lq_resource_show(lq_presence_best(presence, JULIET));
    peer_send(p, GONE(BALCONY));
    peer_send(p, HERE(CHAMBER, "<show>dnd</show>"));
    peer_event(p, LQ_EVENT_RESOURCE_CHANGED);
    peer_send(p, PUSH(" subscription='both'"));
    peer_send(p, PUSH(" subscription='remove'"));
    peer_event(p, LQ_EVENT_RESOURCE_GONE);
    peer_send(p, HERE(CHAMBER, ""));
    peer_send(p, GONE(JULIET));
    peer_event(p, LQ_EVENT_RESOURCE_GONE);
    lq_presence_direct(presence, "Room@muc.example/me", LQ_SHOW_AWAY);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    ck_assert_int_eq(resources_of("nurse@example.com"), 0);
}

START_TEST(presence_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        login_asks_for_the_roster_then_sends_presence,
        first_presence_says_nothing_superfluous,
        show_is_sent_at_once_while_online,
        show_and_priority_outside_their_range_change_nothing,
        status_goes_out_in_each_language_with_the_next_presence,
        presence_set_offline_is_sent_at_each_login,
        presence_set_before_offline_is_taken_is_sent_at_the_next_login,
        status_that_cannot_be_sent_is_refused,
        nobody_is_told_when_we_are_to_be_offline,
        directed_presence_is_for_one_alone,
        resources_tell_what_they_said,
        nobody_is_offline_without_status,
        odd_shows_and_priorities_are_made_usable,
        status_is_read_in_the_language_that_fits_best,
        status_that_is_too_long_is_not_kept,
        language_that_is_too_long_is_not_kept,
        best_is_the_highest_priority_then_show_then_the_latest,
        resources_of_an_account_come_in_order_of_arrival,
        same_resource_is_recognised_however_it_is_written,
        resource_that_goes_tells_what_it_left_with,
        unavailable_from_the_bare_jid_takes_all_resources,
        unavailable_of_those_who_were_not_here_surfaces,
        presence_from_nowhere_surfaces,
        bare_jid_may_be_here_without_a_resource,
        our_other_resources_are_kept_like_anyones,
        presence_error_is_told_and_keeps_what_is_known,
        everybody_is_forgotten_when_we_go_offline,
        events_that_wait_keep_their_resources_when_we_go_offline,
        least_available_of_64_resources_makes_room,
        beyond_a_hundred_thousand_resources_nobody_new_is_kept,
        beyond_16_mib_nobody_new_is_kept,
        whoever_says_more_than_there_is_room_for_has_gone,
        contact_that_is_removed_has_gone,
        contact_that_does_not_let_us_see_it_any_more_has_gone,
        who_was_no_contact_to_be_seen_stays,
        presence_survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("presence", tests);
}
