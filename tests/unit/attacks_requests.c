/* attacks_requests.c - requests and answers that are not whose they say, and
 * answers of ours that would say more than we meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacks.h"
#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "suite.h"

#define ROSTER(inner) "<query xmlns='jabber:iq:roster'>" inner "</query>"
#define PUSH_FROM(from, inner)                                                 \
    "<iq type='set' id='p1'" from ">" ROSTER(inner) "</iq>"
#define PUSH(inner) PUSH_FROM("", inner)
#define ACCEPTED    "<iq type='result' id='p1'/>"
#define REFUSED(condition)                                                     \
    "<iq type='error' id='p1'><error>"                                         \
    "<" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"             \
    "</error></iq>"

#define ASK     "<iq type='get'><ask xmlns='urn:ask'/></iq>"
#define ACCOUNT PEER_ACCOUNT
#define OWN     PEER_JID
#define BARE    "juliet@example.com"
#define JULIET  BARE "/balcony"
#define MALLORY "mallory@example.com/x"
#define ITEM    "<item jid='" BARE "'/>"
#define EVIL    "<item jid='mallory@example.com' subscription='both'/>"

static peer *p;

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* ---- roster pushes ---- */

static lq_roster *roster;

/* With JULIET in the roster. */
static void begin_roster(int chunk_index)
{
    p = peer_open(chunk_index);
    memory_spare(true);
    roster = lq_roster_attach(p->stream);
    peer_expect(p, "<iq type='get'>" ROSTER("") "</iq>");
    peer_reply(p, ROSTER(ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    memory_spare(false);
}

/* Whoever is lied to must not say yes, and changes nothing, however little
 * memory there is. */
static void is_refused(const char *push, const char *answer)
{
    const lq_event *event;

    peer_send(p, push);
    while ((event = lq_stream_event(p->stream)) != NULL) {
        ck_assert_int_ne(event->type, LQ_EVENT_ROSTER_CHANGED);
        ck_assert_int_ne(event->type, LQ_EVENT_ROSTER_REMOVED);
    }
    peer_expect(p, answer);
    CLAIM_IS(lq_roster_count(roster), 1);
    CLAIM(lq_roster_item_of(roster, BARE) != NULL);
}

static void all_are_refused(const char *const *pushes, size_t count,
                            const char *answer)
{
    for (size_t i = 0; i < suite_rows(count); i++) {
        is_refused(pushes[i], answer);
    }
}

START_TEST(roster_push_spoof_from_anybody_else)
{
    static const char *const rows[] = {
        PUSH_FROM(" from='" MALLORY "'", EVIL),
        PUSH_FROM(" from='" BARE "'", EVIL),
        PUSH_FROM(" from='tybalt@example.net'", EVIL),
        PUSH_FROM(" from='" ACCOUNT ".evil.example'", EVIL),
        PUSH_FROM(" from='" ACCOUNT "/other'", EVIL),
        PUSH_FROM(" from='example.com/" ACCOUNT "'", EVIL),
        PUSH_FROM(" from=''", EVIL),
        PUSH_FROM(" from='" MALLORY "'",
                  "<item jid='" BARE "' subscription='remove'/>"),
    };

    begin_roster(_i);
    all_are_refused(rows, LQ_COUNT(rows), REFUSED("service-unavailable"));
    end();
}
END_TEST

START_TEST(roster_push_spoof_from_our_own_servers_domain)
{
    begin_roster(_i);
    is_refused(PUSH_FROM(" from='example.net'", EVIL),
               REFUSED("service-unavailable"));
    is_refused(PUSH_FROM(" from='example.net/roster'", EVIL),
               REFUSED("service-unavailable"));
    end();
}
END_TEST

/* Servers of old push so; nobody but ours can (RFC 6120, 8.1.2.1). */
START_TEST(roster_push_spoof_from_our_own_address_is_none)
{
    static const char *const rows[] = {
        PUSH(EVIL),
        PUSH_FROM(" from='" ACCOUNT "'", EVIL),
        PUSH_FROM(" from='" OWN "'", EVIL),
        PUSH_FROM(" from='Romeo@EXAMPLE.net'", EVIL),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_roster(_i);
        peer_send(p, rows[i]);
        peer_expect(p, ACCEPTED);
        peer_event(p, LQ_EVENT_ROSTER_CHANGED);
        CLAIM_IS(lq_roster_count(roster), 2);
        end();
    }
}
END_TEST

START_TEST(roster_push_spoof_more_or_less_than_one_item)
{
    static const char *const rows[] = {
        PUSH(""),
        PUSH(EVIL EVIL),
        PUSH(EVIL ITEM),
        PUSH("<item name='nobody'/>"),
        PUSH("<item jid='@example.com'/>"),
        PUSH("<item jid=''/>"),
        PUSH("<item jid='mallory@example.com' xmlns='other'/>"),
        "<iq type='set' id='p1'>" ROSTER(EVIL) ROSTER("") "</iq>",
    };

    begin_roster(_i);
    all_are_refused(rows, LQ_COUNT(rows), REFUSED("bad-request"));
    end();
}
END_TEST

/* However its address is written. */
START_TEST(roster_push_spoof_contact_under_another_spelling)
{
    static const char *const rows[] = { "juliet@example.com/balcony",
                                        "Juliet@EXAMPLE.com",
                                        "juliet@example.com/" };

    for (size_t i = 0; i < 2; i++) {
        begin_roster(_i);
        peer_sendf(p, PUSH("<item jid='%s' subscription='to'/>"), rows[i]);
        peer_expect(p, ACCEPTED);
        peer_event(p, LQ_EVENT_ROSTER_CHANGED);
        CLAIM_IS(lq_roster_count(roster), 1);
        CLAIM_IS(lq_roster_item_subscription(lq_roster_item_of(roster, BARE)),
                 LQ_SUBSCRIPTION_TO);
        end();
    }
    begin_roster(_i);
    peer_sendf(p, PUSH("<item jid='%s'/>"), rows[2]);
    peer_expect(p, REFUSED("bad-request"));
    end();
}
END_TEST

/* The whole roster instead of a push. */
START_TEST(roster_push_spoof_roster_from_a_stranger)
{
    char wire[64];

    p = peer_open(_i);
    memory_spare(true);
    roster = lq_roster_attach(p->stream);
    memory_spare(false);
    peer_expect(p, "<iq type='get'>" ROSTER("") "</iq>");
    xml_attr(peer_last(p), "id", wire, sizeof(wire));
    peer_sendf(p, "<iq type='result' id='%s' from='" MALLORY "'>%s</iq>", wire,
               ROSTER(EVIL));
    peer_sendf(p,
               "<message id='%s' from='" MALLORY "'>" ROSTER(EVIL) "</message>",
               wire);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_quiet(p);
    CLAIM_IS(lq_roster_count(roster), 0);
    peer_reply(p, ROSTER(ITEM));
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    CLAIM_IS(lq_roster_count(roster), 1);
    end();
}
END_TEST

/* ---- answers ---- */

static lq_id ask(const char *to)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, to);

    lq_build_child(b, "ask", "urn:ask", "");
    return lq_stream_request(p->stream, b);
}

/* The same, sent; its id on the wire goes to WIRE. */
static lq_id ask_as(const char *to, char wire[64])
{
    lq_id id = ask(to);

    peer_expect(p, ASK);
    xml_attr(peer_last(p), "id", wire, 64);
    return id;
}

static void answer_as(const char *id, const char *from)
{
    if (from == NULL) {
        peer_sendf(p, "<iq type='result' id='%s'/>", id);
    } else {
        peer_sendf(p, "<iq type='result' id='%s' from='%s'/>", id, from);
    }
}

static void expect_reply(lq_id id, int error)
{
    const lq_event *event = peer_event(p, LQ_EVENT_REPLY);

    CLAIM(event != NULL && event->id == id && event->error == error);
    CLAIM((event->stanza != NULL) == (error == LQ_OK || error == LQ_E_STANZA));
}

/* Who may answer what was asked of whom. */
typedef struct who {
    const char *to, *from;
    bool believed;
} who;

static const who whos[] = {
    { NULL, NULL, true },
    { NULL, "mercutio@example.net", false },
    { NULL, ACCOUNT, true },
    { NULL, OWN, true },
    { NULL, "example.net", true },
    { NULL, "Romeo@Example.NET", true },
    { NULL, ACCOUNT "/other", false },
    { NULL, "evil.example", false },
    { NULL, "", false },
    { ACCOUNT, NULL, true },
    { ACCOUNT, ACCOUNT, true },
    { ACCOUNT, OWN, true },
    { ACCOUNT, "example.net", true },
    { ACCOUNT, ACCOUNT "/other", false },
    { ACCOUNT, JULIET, false },
    { OWN, NULL, true },
    { OWN, OWN, true },
    { OWN, ACCOUNT "/other", false },
    { OWN, "evil.example", false },
    { ACCOUNT "/other", ACCOUNT "/other", true },
    { ACCOUNT "/other", ACCOUNT, false },
    { ACCOUNT "/other", NULL, false },
    { "example.net", NULL, true },
    { "example.net", "example.net", true },
    { "example.net", "EXAMPLE.net", true },
    { "example.net", "evil.example", false },
    { "example.net", JULIET, false },
    { JULIET, JULIET, true },
    { JULIET, "Juliet@EXAMPLE.com/balcony", true },
    { JULIET, "juliet@example.com/Balcony", false },
    { JULIET, "juliet@example.com", false },
    { JULIET, NULL, false },
    { JULIET, ACCOUNT, false },
    { JULIET, OWN, false },
    { JULIET, "example.net", false },
    { JULIET, "example.com", false },
    { JULIET, "juliet@example.com/balcony2", false },
    { BARE, BARE, true },
    { BARE, JULIET, false },
    { "conference.example.org", "conference.example.org", true },
    { "conference.example.org", NULL, false },
};

START_TEST(iq_response_spoofing_result_from_another_jid)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(whos)); i++) {
        id = ask_as(whos[i].to, wire);
        answer_as(wire, whos[i].from);
        if (!whos[i].believed) {
            peer_quiet(p); /* and still pending */
            answer_as(wire, whos[i].to);
        }
        expect_reply(id, LQ_OK);
    }
    end();
}
END_TEST

START_TEST(iq_response_spoofing_other_stanzas_with_the_id)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    id = ask_as(JULIET, wire);
    peer_sendf(p, "<message type='error' id='%s' from='" JULIET "'/>", wire);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_sendf(p, "<message type='result' id='%s' from='" JULIET "'/>", wire);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_sendf(p, "<presence type='error' id='%s' from='" JULIET "'/>", wire);
    peer_event(p, LQ_EVENT_PRESENCE);
    peer_sendf(p, "<iq type='get' id='%s' from='" JULIET "'><x/></iq>", wire);
    peer_expect(p, "<iq type='error' to='" JULIET "'/>");
    peer_sendf(p, "<iq id='%s' from='" JULIET "'><x/></iq>", wire);
    peer_expect(p, "<iq type='error' to='" JULIET "'/>");
    peer_sendf(p, "<iq type='Result' id='%s' from='" JULIET "'/>", wire);
    peer_expect(p, "<iq type='error' to='" JULIET "'/>");
    peer_sendf(p, "<iq type='result' id='%sx' from='" JULIET "'/>", wire);
    peer_send(p, "<iq type='result' id='' from='" JULIET "'/>");
    peer_send(p, "<iq type='result' from='" JULIET "'/>");
    peer_sendf(p, "<iq xmlns='urn:x' type='result' id='%s' from='" JULIET "'/>",
               wire);
    peer_sendf(p, "<iq type='result' x:id='%s' xmlns:x='x' from='" JULIET "'/>",
               wire);
    peer_quiet(p);
    answer_as(wire, JULIET);
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

START_TEST(iq_response_spoofing_ids_that_could_be_guessed)
{
    enum { COUNT = 1000 };
    static char ids[COUNT][32];
    bool twice = false;

    if (memory_is_tortured()) {
        return;
    }
    p = peer_open(_i);
    for (int i = 0; i < COUNT; i++) {
        lq_builder *b = i % 2 == 0 ? lq_build_iq(p->stream, LQ_GET, NULL)
                                   : lq_build_message(p->stream, LQ_CHAT, "a");

        /* 22 of 64 characters are 132 bits, 128 of them random */
        ck_assert_uint_eq(strlen(lq_builder_id(b)), 22);
        strcpy(ids[i], lq_builder_id(b));
        for (int j = 0; j < i; j++) {
            twice |= strcmp(ids[i], ids[j]) == 0;
        }
        lq_builder_free(b);
    }
    ck_assert(!twice);
    end();
}
END_TEST

START_TEST(iq_response_spoofing_second_answer)
{
    lq_id id;

    p = peer_open(_i);
    id = ask(NULL);
    peer_expect(p, ASK);
    peer_reply(p, "");
    peer_reply(p, "");
    peer_refuse(p, "item-not-found");
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

START_TEST(iq_response_spoofing_answer_after_the_time_out)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    id = ask_as(JULIET, wire);
    peer_wait(p, 3600000);
    free(peer_take(p));
    expect_reply(id, LQ_E_TIMEOUT);
    answer_as(wire, JULIET);
    while (lq_stream_event(p->stream) != NULL) {
        CLAIM(!"an event");
    }
    peer_close(p);
}
END_TEST

START_TEST(iq_response_spoofing_answer_in_the_next_session)
{
    char wire[64], other[64];
    lq_id id;

    p = peer_open(_i);
    id = ask_as(JULIET, wire);
    peer_lose(p);
    expect_reply(id, LQ_E_LOST);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    id = ask_as(JULIET, other);
    answer_as(wire, JULIET);
    peer_quiet(p);
    answer_as(other, JULIET);
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

/* ---- what we say again of what we heard ---- */

/* As they stand on the wire, within an attribute. */
#define QUOTE "&apos;/&gt;&lt;message to=&apos;x&apos;&gt;&lt;a b=&apos;"

static const char *const echoes[] = {
    QUOTE,
    "&quot;/&gt;&lt;message to=&quot;x&quot;/&gt;",
    "&lt;/iq&gt;&lt;message/&gt;",
    "&lt;/stream:stream&gt;",
    "&amp;lt;message/&amp;gt;",
    "]]&gt;&lt;!--&lt;?x?&gt;&lt;![CDATA[",
    "a&#10;b&#9;c&#13;d",
    " a ",
    "%s%n",
    "\xF4\x8F\xBF\xBF\xC2\xA0\xE2\x80\xAE",
};

/* The next thing that we said is one stanza with PATTERN, and nothing else. */
static void says_only(const char *pattern)
{
    peer_expect(p, pattern);
    peer_quiet(p);
}

START_TEST(outbound_injection_answer_to_a_hostile_request)
{
    static const char *const requests[] = {
        "<x/>",
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='" QUOTE "'/>",
        ROSTER(EVIL),
    };

    p = peer_open(_i);
    lq_ping_attach(p->stream);
    lq_disco_attach(p->stream);
    lq_version_attach(p->stream);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(echoes)); i++) {
        for (size_t j = 0; j < suite_rows(LQ_COUNT(requests)); j++) {
            char pattern[512];

            peer_sendf(p,
                       "<iq type='get' id='%s' from='%s' xml:lang='%s'>%s</iq>",
                       echoes[i], echoes[i], echoes[i], requests[j]);
            snprintf(pattern, sizeof(pattern), "<iq id='%s' to='%s'/>",
                     echoes[i], echoes[i]);
            says_only(pattern);
            CLAIM(strstr(peer_last(p), "<message") == NULL);
        }
    }
    end();
}
END_TEST

START_TEST(outbound_injection_answer_of_the_program)
{
    lq_id question;

    p = peer_open(_i);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, NULL, "urn:ask", NULL);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(echoes)); i++) {
        char pattern[1024];
        const lq_element *asked;
        lq_builder *b;

        peer_sendf(p,
                   "<iq type='get' id='%s' from='" MALLORY "'>"
                   "<ask xmlns='urn:ask' a='%s' xml:lang='%s'>%s</ask></iq>",
                   echoes[i], echoes[i], echoes[i], echoes[i]);
        if (peer_event(p, LQ_EVENT_QUERY) == NULL) {
            continue;
        }
        question = p->event.id;
        asked = lq_stanza_payload(p->event.stanza);
        b = lq_build_answer(p->stream, question);
        lq_build_copy(b, asked);
        CLAIM_IS(lq_stream_answer(p->stream, b), LQ_OK);
        snprintf(pattern, sizeof(pattern),
                 "<iq type='result' id='%s' to='" MALLORY "'>"
                 "<ask xmlns='urn:ask' a='%s' xml:lang='%s'>%s</ask></iq>",
                 echoes[i], echoes[i], echoes[i], echoes[i]);
        says_only(pattern);
    }
    end();
}
END_TEST

/* What an element says survives being read, written and read again. */
START_TEST(outbound_injection_round_trip)
{
    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(echoes)); i++) {
        const lq_stanza *heard, *said;
        const lq_element *x;
        const char *value;
        lq_builder *b;

        peer_sendf(p, "<message from='" MALLORY "'><body a='%s'/></message>",
                   echoes[i]);
        if (peer_event(p, LQ_EVENT_MESSAGE) == NULL) {
            continue;
        }
        heard = lq_stanza_ref(p->event.stanza);
        value = lq_element_attr(lq_stanza_payload(heard), "a");
        b = lq_build_message(p->stream, LQ_CHAT, value);
        lq_build_open(b, "x", value);
        lq_build_attr(b, "a", value);
        lq_build_attr_ns(b, "b", value, value);
        lq_build_text(b, value);
        lq_build_close(b);
        CLAIM_IS(lq_stream_send(p->stream, b) > 0, true);
        says_only("<message type='chat'/>");
        said = lq_stanza_parse(peer_last(p), strlen(peer_last(p)));
        x = lq_stanza_payload(said);
        CLAIM(said != NULL);
        if (said != NULL) {
            ck_assert_str_eq(lq_stanza_to(said), value);
            ck_assert_str_eq(lq_element_xmlns(x), value);
            ck_assert_str_eq(lq_element_attr(x, "a"), value);
            ck_assert_str_eq(lq_element_attr_ns(x, "b", value), value);
            ck_assert_str_eq(lq_element_text(x), value);
        }
        lq_stanza_unref(said);
        lq_stanza_unref(heard);
    }
    end();
}
END_TEST

/* TEXT as a name, a value, a text: where WHERE says. */
static lq_id say(const char *text, int where)
{
    lq_builder *b =
        lq_build_message(p->stream, LQ_CHAT, where == 0 ? text : JULIET);

    lq_build_open(b, where == 1 ? text : "x", where == 2 ? text : "urn:x");
    lq_build_attr(b, where == 3 ? text : "a", where == 4 ? text : "b");
    lq_build_attr_ns(b, "lang", "http://www.w3.org/XML/1998/namespace",
                     where == 5 ? text : "en");
    lq_build_text(b, where == 6 ? text : "c");
    lq_build_close(b);
    return lq_stream_send(p->stream, b);
}

/* What no XML can hold is not sent, cut off or made into something else. */
START_TEST(outbound_injection_what_is_no_character)
{
    static const char *const rows[] = {
        "\x01",
        "\x0B",
        "\x1B",
        "\xEF\xBF\xBE",
        "\xEF\xBF\xBF",
        "\xC0\x80",
        "\xC0\xBC",
        "\xE0\x80\xBC",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xFF",
        "\xE2\x82",
        "\xF4\x90\x80\x80",
    };
    lq_builder *b;

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        for (int where = 0; where < 7; where++) {
            ck_assert_int_lt(say(rows[i], where), 0);
            CLAIM_IS(say(rows[i], where), LQ_E_ARGUMENT);
        }
    }
    b = lq_build_message(p->stream, LQ_CHAT, JULIET);
    lq_build_text_len(b, "a\0b", 3);
    CLAIM_IS(lq_stream_send(p->stream, b), LQ_E_ARGUMENT);
    peer_quiet(p);
    CLAIM_IS(say("y", 0) > 0, true); /* and what is one is sent */
    says_only("<message to='y'/>");
    end();
}
END_TEST

/* Nor does it come in, to be echoed. */
START_TEST(outbound_injection_character_reference_to_none)
{
    static const char *const rows[] = {
        "&#0;",     "&#x0;",    "&#1;",       "&#xFFFE;", "&#xFFFF;",
        "&#xD800;", "&#xDFFF;", "&#x110000;", "&#xD83D;", "&#4294967361;"
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        const lq_event *event;

        p = peer_open(_i);
        peer_sendf(p,
                   "<iq type='get' id='%s' from='" MALLORY "'><x/></iq>"
                   "<message from='" JULIET "'/>",
                   rows[i]);
        while ((event = lq_stream_event(p->stream)) != NULL) {
            ck_assert_int_ne(event->type, LQ_EVENT_MESSAGE);
        }
        peer_expect(p, "<stream:error><not-well-formed"
                       " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                       "</stream:error>");
        peer_close(p);
    }
}
END_TEST

void attacks_requests(void)
{
    const TTest *const pushes[] = {
        roster_push_spoof_from_anybody_else,
        roster_push_spoof_from_our_own_servers_domain,
        roster_push_spoof_from_our_own_address_is_none,
        roster_push_spoof_more_or_less_than_one_item,
        roster_push_spoof_contact_under_another_spelling,
        roster_push_spoof_roster_from_a_stranger,
        NULL,
    };
    const TTest *const answers[] = {
        iq_response_spoofing_result_from_another_jid,
        iq_response_spoofing_other_stanzas_with_the_id,
        iq_response_spoofing_ids_that_could_be_guessed,
        iq_response_spoofing_second_answer,
        iq_response_spoofing_answer_after_the_time_out,
        iq_response_spoofing_answer_in_the_next_session,
        NULL,
    };
    const TTest *const injections[] = {
        outbound_injection_answer_to_a_hostile_request,
        outbound_injection_answer_of_the_program,
        outbound_injection_round_trip,
        outbound_injection_what_is_no_character,
        outbound_injection_character_reference_to_none,
        NULL,
    };

    suite_add_tortured("Roster push spoof", pushes);
    suite_add_tortured("IQ response spoofing", answers);
    suite_add_tortured("Outbound injection", injections);
}
