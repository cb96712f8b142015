/* test_disco.c - what we say about ourselves, and ask others. */
#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define INFO  "http://jabber.org/protocol/disco#info"
#define ITEMS "http://jabber.org/protocol/disco#items"
#define ASK(type, xmlns, attrs)                                                \
    "<iq type='" type "' id='d1' from='juliet@example.com/balcony'>"           \
    "<query xmlns='" xmlns "'" attrs "/></iq>"
#define RESULT(xmlns, inner)                                                   \
    "<iq type='result' id='d1' to='juliet@example.com/balcony'>"               \
    "<query xmlns='" xmlns "'>" inner "</query></iq>"
#define REFUSED(condition)                                                     \
    "<iq type='error' id='d1'><error>"                                         \
    "<" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"             \
    "</error></iq>"

static peer *p;
static lq_disco *disco;

static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    disco = lq_disco_attach(p->stream);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* How often the last stanza names TEXT. */
static int times(const char *text)
{
    int n = 0;

    for (const char *at = peer_last(p); (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    return n;
}

/* ---- answering ---- */

START_TEST(info_is_a_client_that_knows_disco)
{
    begin(_i);
    peer_send(p, ASK("get", INFO, ""));
    peer_expect(p, RESULT(INFO, "<identity category='client' type='pc'/>"
                                "<feature var='" INFO "'/>"
                                "<feature var='" ITEMS "'/>"));
    ck_assert_int_eq(times("node="), 0);
    ck_assert_int_eq(times("name="), 0);
    end();
}
END_TEST

START_TEST(info_lists_identities_as_added)
{
    begin(_i);
    ck_assert_int_eq(
        lq_disco_add_identity(disco, "client", "phone", "en", "Nurse"), LQ_OK);
    ck_assert_int_eq(
        lq_disco_add_identity(disco, "client", "phone", "it", "Nutrice"),
        LQ_OK);
    ck_assert_int_eq(lq_disco_add_identity(disco, "client", "bot", NULL, NULL),
                     LQ_OK);
    peer_send(p, ASK("get", INFO, ""));
    peer_expect(p, RESULT(INFO, "<identity category='client' type='phone'"
                                " xml:lang='en' name='Nurse'/>"
                                "<identity category='client' type='phone'"
                                " xml:lang='it' name='Nutrice'/>"
                                "<identity category='client' type='bot'/>"));
    ck_assert_int_eq(times("'pc'") + times("\"pc\""), 0);
    end();
}
END_TEST

START_TEST(identities_are_whole_and_said_once)
{
    begin(_i);
    ck_assert_int_eq(lq_disco_add_identity(disco, "", "pc", NULL, NULL),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_disco_add_identity(disco, "client", NULL, NULL, NULL),
                     LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_disco_add_identity(disco, "client", "pc", NULL, "A"),
                     LQ_OK);
    ck_assert_int_eq(lq_disco_add_identity(disco, "client", "pc", NULL, "B"),
                     LQ_E_ARGUMENT);
    end();
}
END_TEST

START_TEST(info_lists_what_modules_claims_and_the_program_can)
{
    begin(_i);
    lq_ping_attach(p->stream);
    lq_stream_claim(p->stream, LQ_MESSAGE, LQ_ANY, "x", "urn:x:claim",
                    "urn:x:claim");
    ck_assert_int_eq(lq_disco_add_feature(disco, "urn:x:own"), LQ_OK);
    ck_assert_int_eq(lq_disco_add_feature(disco, "urn:x:own"), LQ_OK);
    ck_assert_int_eq(lq_disco_add_feature(disco, "urn:xmpp:ping"), LQ_OK);
    ck_assert_int_eq(lq_disco_add_feature(disco, ""), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_disco_add_feature(disco, NULL), LQ_E_ARGUMENT);
    peer_send(p, ASK("get", INFO, ""));
    peer_expect(p, "<iq type='result' id='d1'/>");
    ck_assert_int_eq(times("urn:xmpp:ping"), 1);
    ck_assert_int_eq(times("urn:x:claim"), 1);
    ck_assert_int_eq(times("urn:x:own"), 1);
    end();
}
END_TEST

START_TEST(thousand_claims_are_listed_at_once)
{
    char feature[32];

    begin(2);
    for (int i = 0; i < 1000; i++) {
        snprintf(feature, sizeof(feature), "urn:x:%d:", i);
        lq_stream_claim(p->stream, LQ_MESSAGE, LQ_ANY, "x", feature, feature);
        lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", feature, feature);
    }
    peer_send(p, ASK("get", INFO, ""));
    peer_expect(p, RESULT(INFO, "<feature var='" INFO "'/>"));
    ck_assert_int_eq(times("urn:x:"), 1000);
    ck_assert_int_eq(times("urn:x:999:"), 1);
    end();
}
END_TEST

START_TEST(items_are_none)
{
    begin(_i);
    peer_send(p, ASK("get", ITEMS, ""));
    peer_expect(p, RESULT(ITEMS, ""));
    ck_assert_int_eq(times("<item"), 0);
    end();
}
END_TEST

static const struct {
    const char *ask;
    const char *answer;
} questions[] = {
    { ASK("get", INFO, " node='commands'"), REFUSED("item-not-found") },
    { ASK("get", ITEMS, " node='commands'"), REFUSED("item-not-found") },
    { ASK("get", INFO, " node=''"),
      "<iq type='result' id='d1'><query xmlns='" INFO "' node=''>"
      "<identity category='client' type='pc'/></query></iq>" },
    { ASK("set", INFO, ""), REFUSED("service-unavailable") },
    { ASK("set", ITEMS, ""), REFUSED("service-unavailable") },
};

START_TEST(nodes_and_sets_are_refused)
{
    begin(_i);
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        peer_send(p, questions[i].ask);
        peer_expect(p, questions[i].answer);
    }
    end();
}
END_TEST

/* ---- asking ---- */

START_TEST(info_is_asked_and_read)
{
    const lq_event *event;
    lq_id id;

    begin(_i);
    id = lq_disco_info(disco, "example.com", NULL);
    peer_expect(p, "<iq type='get' to='example.com'>"
                   "<query xmlns='" INFO "'/></iq>");
    ck_assert_int_eq(times("node="), 0);
    peer_reply(p, "<query xmlns='" INFO "'>"
                  "<identity category='server' type='im'/>"
                  "<identity category='pubsub' type='pep'/>"
                  "<feature var='urn:xmpp:mam:2'/><feature/></query>");
    event = peer_event(p, LQ_EVENT_REPLY);
    ck_assert_int_eq(event->id, id);
    ck_assert(lq_disco_has(event->stanza, "urn:xmpp:mam:2"));
    ck_assert(!lq_disco_has(event->stanza, "urn:xmpp:mam"));
    ck_assert(!lq_disco_has(event->stanza, NULL));
    ck_assert(lq_disco_is(event->stanza, "pubsub", "pep"));
    ck_assert(lq_disco_is(event->stanza, "server", NULL));
    ck_assert(lq_disco_is(event->stanza, NULL, "pep"));
    ck_assert(!lq_disco_is(event->stanza, "server", "pep"));
    ck_assert(!lq_disco_has(NULL, "urn:xmpp:mam:2"));
    ck_assert(!lq_disco_is(NULL, NULL, NULL));
    end();
}
END_TEST

START_TEST(items_of_a_node_are_asked_and_read)
{
    const lq_event *event;
    const char *node, *name;

    begin(_i);
    lq_disco_items(disco, "example.com", "music");
    peer_expect(p, "<iq type='get' to='example.com'>"
                   "<query xmlns='" ITEMS "' node='music'/></iq>");
    peer_reply(p, "<query xmlns='" ITEMS "'>"
                  "<item jid='a.example' node='n' name='A'/><item/>"
                  "<item jid='b.example'/></query>");
    event = peer_event(p, LQ_EVENT_REPLY);
    ck_assert_str_eq(lq_disco_item(event->stanza, 0, &node, &name),
                     "a.example");
    ck_assert_str_eq(node, "n");
    ck_assert_str_eq(name, "A");
    ck_assert_str_eq(lq_disco_item(event->stanza, 1, &node, &name),
                     "b.example");
    ck_assert_ptr_null(node);
    ck_assert_ptr_null(name);
    ck_assert_ptr_null(lq_disco_item(event->stanza, 2, NULL, NULL));
    ck_assert_ptr_null(lq_disco_item(event->stanza, -1, NULL, NULL));
    end();
}
END_TEST

/* ---- memory ---- */

static void life(peer *forgiving)
{
    p = forgiving;
    disco = lq_disco_attach(p->stream);
    if (disco == NULL) {
        return;
    }
    lq_disco_add_identity(disco, "client", "bot", "en", "Bot");
    lq_disco_add_feature(disco, "urn:x:own");
    peer_login(p);
    peer_send(p, ASK("get", INFO, ""));
    peer_send(p, ASK("get", ITEMS, " node='n'"));
    peer_quiet(p);
    lq_disco_info(disco, "example.com", NULL);
    peer_expect(p, "<iq type='get'/>");
    peer_reply(p, "<query xmlns='" INFO "'/>");
    peer_event(p, LQ_EVENT_REPLY);
}

START_TEST(disco_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        info_is_a_client_that_knows_disco,
        info_lists_identities_as_added,
        identities_are_whole_and_said_once,
        info_lists_what_modules_claims_and_the_program_can,
        thousand_claims_are_listed_at_once,
        items_are_none,
        nodes_and_sets_are_refused,
        info_is_asked_and_read,
        items_of_a_node_are_asked_and_read,
        disco_survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("disco", tests);
}
