/* attacks_messages.c - messages that speak for others, or lie about their way:
 * carbons, results of an archive, delays, addresses, errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacks.h"
#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "suite.h"

#define NS_CARBONS "urn:xmpp:carbons:2"
#define NS_MAM     "urn:xmpp:mam:2"
#define ENABLE     "<iq type='set'><enable xmlns='" NS_CARBONS "'/></iq>"

#define JULIET  "juliet@example.com"
#define BALCONY JULIET "/balcony"
#define MALLORY "mallory@example.com"
#define GARDEN  PEER_ACCOUNT "/garden"
#define OURS    " from='" PEER_ACCOUNT "'"

#define MESSAGE(attrs, inner) "<message" attrs ">" inner "</message>"
#define INNER(attrs, inner)                                                    \
    "<message xmlns='jabber:client'" attrs ">" inner "</message>"
#define FORWARDED(inner)                                                       \
    "<forwarded xmlns='urn:xmpp:forward:0'>" inner "</forwarded>"
#define RECEIVED(inner) "<received xmlns='" NS_CARBONS "'>" inner "</received>"
#define SENT(inner)     "<sent xmlns='" NS_CARBONS "'>" inner "</sent>"
#define RESULT(inner)                                                          \
    "<result xmlns='" NS_MAM "' queryid='q1' id='1'>" inner "</result>"

#define HEARD                                                                  \
    INNER(" from='" BALCONY "' to='" GARDEN "' type='chat' id='m1'",           \
          "<body>What man art thou?</body>")
#define SAID                                                                   \
    INNER(" from='" GARDEN "' to='" BALCONY "' type='chat'",                   \
          "<body>Neither, fair saint</body>")

static peer *p;
static lq_carbons *carbons;

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* XML arrives, however little memory there is, as a message from FROM and
 * nobody else, which says nothing itself. */
static void is_from(const char *xml, const char *from)
{
    const lq_event *event;
    int count = 0;

    peer_send(p, xml);
    while ((event = lq_stream_event(p->stream)) != NULL) {
        if (event->type == LQ_EVENT_MESSAGE) {
            ck_assert_str_eq(lq_stanza_sender(event->stanza), from);
            ck_assert_ptr_null(lq_message_body(event->stanza, NULL));
            count++;
        }
        ck_assert_int_ne(event->type, LQ_EVENT_CARBON);
        ck_assert_int_ne(event->type, LQ_EVENT_REPLY);
    }
    CLAIM_IS(count, 1);
}

/* A request to our own account with PAYLOAD in the namespace XMLNS; its id on
 * the wire goes to WIRE. */
static lq_id ask(const char *payload, const char *xmlns, char wire[64])
{
    lq_builder *b = lq_build_iq(p->stream, LQ_SET, NULL);
    lq_id id;

    lq_build_child(b, payload, xmlns, "");
    id = lq_stream_request(p->stream, b);
    peer_expect(p, "<iq type='set'/>");
    xml_attr(peer_last(p), "id", wire, 64);
    return id;
}

static void expect_reply(lq_id id)
{
    const lq_event *event = peer_event(p, LQ_EVENT_REPLY);

    CLAIM(event != NULL && event->id == id && event->error == LQ_OK);
}

/* ---- carbons ---- */

static void begin_asked(int chunk_index)
{
    p = peer_open(chunk_index);
    carbons = lq_carbons_attach(p->stream);
    CLAIM(carbons != NULL);
    peer_expect(p, ENABLE);
}

static void begin(int chunk_index)
{
    begin_asked(chunk_index);
    peer_reply(p, "");
}

/* Nobody hears of XML, however little memory there is. */
static void is_dropped(const char *xml)
{
    const lq_event *event;

    peer_send(p, xml);
    while ((event = lq_stream_event(p->stream)) != NULL && carbons != NULL) {
        ck_assert_int_ne(event->type, LQ_EVENT_MESSAGE);
        ck_assert_int_ne(event->type, LQ_EVENT_CARBON);
    }
}

static void all_are_dropped(const char *const *rows, size_t count)
{
    for (size_t i = 0; i < suite_rows(count); i++) {
        is_dropped(rows[i]);
    }
}

#define ALL_ARE_DROPPED(rows) all_are_dropped(rows, LQ_COUNT(rows))
#define PRETENDS(from)                                                         \
    MESSAGE(" from='" from "' type='chat'", RECEIVED(FORWARDED(HEARD)))
#define PRETENDS_SENT(from)                                                    \
    MESSAGE(" from='" from "' type='chat'", SENT(FORWARDED(SAID)))

START_TEST(carbons_impersonation_copy_from_a_stranger)
{
    static const char *const rows[] = {
        PRETENDS(MALLORY),
        PRETENDS(MALLORY "/x"),
        PRETENDS_SENT(MALLORY "/x"),
        PRETENDS("romeo@example.com"),
        PRETENDS("romeo@example.net.example.com"),
        PRETENDS("example.com/romeo@example.net"),
        PRETENDS(JULIET),
        PRETENDS(BALCONY),
        PRETENDS(""),
        PRETENDS("/"),
        PRETENDS("romeo@example.net/"),
        MESSAGE(" from='" MALLORY "'",
                "<body>look here</body>" RECEIVED(FORWARDED(HEARD))),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_from_anybody_else_at_our_server)
{
    static const char *const rows[] = {
        PRETENDS("mallory@example.net"),
        PRETENDS("mallory@example.net/orchard"),
        PRETENDS("example.net"),
        PRETENDS("example.net/romeo"),
        PRETENDS_SENT("example.net"),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_from_a_resource_of_ours)
{
    static const char *const rows[] = {
        PRETENDS(PEER_JID),
        PRETENDS(GARDEN),
        PRETENDS_SENT(PEER_JID),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_where_none_were_agreed_on)
{
    static const char *const rows[] = {
        MESSAGE("", RECEIVED(FORWARDED(HEARD))),
        MESSAGE("", SENT(FORWARDED(SAID))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))),
    };

    begin_asked(_i);
    peer_refuse(p, "forbidden");
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_of_a_copy)
{
    static const char *const rows[] = {
        MESSAGE(OURS,
                RECEIVED(FORWARDED(INNER(OURS, RECEIVED(FORWARDED(HEARD)))))),
        MESSAGE(OURS, SENT(FORWARDED(INNER(OURS, RECEIVED(FORWARDED(HEARD)))))),
        MESSAGE(OURS, RECEIVED(FORWARDED(
                          INNER(" from='" MALLORY "'",
                                "<body>x</body>" SENT(FORWARDED(SAID)))))),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_in_an_archive)
{
    begin(_i);
    is_from(MESSAGE(OURS, RESULT(FORWARDED(INNER(" from='" MALLORY "'",
                                                 RECEIVED(FORWARDED(HEARD)))))),
            PEER_ACCOUNT);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_of_more_or_less_than_one_message)
{
    static const char *const rows[] = {
        MESSAGE(OURS, RECEIVED("")),
        MESSAGE(OURS, RECEIVED(HEARD)),
        MESSAGE(OURS, RECEIVED(FORWARDED(""))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD HEARD))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD) FORWARDED(SAID))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD) FORWARDED(""))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD)) RECEIVED(FORWARDED(HEARD))),
        MESSAGE(OURS, RECEIVED(FORWARDED(HEARD)) SENT(FORWARDED(SAID))),
        MESSAGE(OURS, SENT("") RECEIVED(FORWARDED(HEARD))),
        MESSAGE(OURS,
                RECEIVED(FORWARDED(HEARD "<presence xmlns='jabber:client'/>"))),
        MESSAGE(OURS, RECEIVED(FORWARDED("<presence xmlns='jabber:client'/>"))),
        MESSAGE(OURS, RECEIVED(FORWARDED("<message><body/></message>"))),
        MESSAGE(OURS, RECEIVED(FORWARDED("<message xmlns='jabber:server'/>"))),
        MESSAGE(OURS, RECEIVED("<forwarded>" HEARD "</forwarded>")),
        MESSAGE(OURS, RECEIVED("<x xmlns='other'>" FORWARDED(HEARD) "</x>")),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

/* Not even one that our server has brought. */
START_TEST(carbons_impersonation_copy_completes_no_request)
{
    char wire[64], xml[512];
    lq_id id;

    begin(_i);
    id = ask("ask", "urn:ask", wire);
    snprintf(xml, sizeof(xml),
             MESSAGE(OURS, RECEIVED(FORWARDED("<iq xmlns='jabber:client'"
                                              " type='result' id='%s'/>"))),
             wire);
    is_dropped(xml);
    peer_sendf(p,
               MESSAGE(OURS, RECEIVED(FORWARDED(
                                 INNER(" type='result' id='%s'", "<body/>")))),
               wire);
    peer_event(p, LQ_EVENT_CARBON);
    peer_quiet(p);
    peer_sendf(p, "<iq type='result' id='%s'/>", wire);
    expect_reply(id);
    end();
}
END_TEST

START_TEST(carbons_impersonation_copy_locks_on_nobody)
{
    lq_messages *messages;

    begin(_i);
    messages = lq_messages_attach(p->stream);
    is_dropped(PRETENDS(MALLORY "/x"));
    if (messages != NULL) {
        ck_assert_str_eq(lq_messages_target(messages, JULIET), JULIET);
        ck_assert_str_eq(lq_messages_target(messages, MALLORY), MALLORY);
    }
    end();
}
END_TEST

/* Who never asked for copies has messages with something in them. */
START_TEST(carbons_impersonation_nothing_is_unwrapped_unasked)
{
    p = peer_open(_i);
    is_from(PRETENDS(MALLORY), MALLORY);
    is_from(PRETENDS("example.net"), "example.net");
    is_from(PRETENDS(GARDEN), GARDEN);
    is_from(PRETENDS(PEER_ACCOUNT), PEER_ACCOUNT);
    is_from(PRETENDS_SENT(PEER_ACCOUNT), PEER_ACCOUNT);
    is_from(MESSAGE("", RECEIVED(FORWARDED(HEARD))), PEER_ACCOUNT);
    end();
}
END_TEST

/* ---- archives ---- */

START_TEST(mam_result_injection_guessed_queryid_from_a_third_party)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    id = ask("query", NS_MAM, wire);
    is_from(MESSAGE(" from='" MALLORY "'", RESULT(FORWARDED(HEARD))), MALLORY);
    is_from(MESSAGE(" from='example.net'", RESULT(FORWARDED(SAID))),
            "example.net");
    is_from(MESSAGE(" from='room@example.com' type='groupchat'",
                    RESULT(FORWARDED(HEARD))),
            "room@example.com");
    peer_sendf(p,
               "<iq type='result' id='%s' from='" MALLORY "'>"
               "<fin xmlns='" NS_MAM "' complete='true'/></iq>",
               wire);
    peer_quiet(p);
    peer_sendf(p, "<iq type='result' id='%s'><fin xmlns='" NS_MAM "'/></iq>",
               wire);
    expect_reply(id);
    end();
}
END_TEST

START_TEST(mam_result_injection_results_after_the_end)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    id = ask("query", NS_MAM, wire);
    peer_sendf(p, "<iq type='result' id='%s'><fin xmlns='" NS_MAM "'/></iq>",
               wire);
    expect_reply(id);
    is_from(MESSAGE(OURS, RESULT(FORWARDED(HEARD))), PEER_ACCOUNT);
    is_from(MESSAGE(" from='" MALLORY "'", RESULT(FORWARDED(HEARD))), MALLORY);
    peer_sendf(p, "<iq type='result' id='%s'><fin xmlns='" NS_MAM "'/></iq>",
               wire);
    end();
}
END_TEST

START_TEST(mam_result_injection_answer_in_a_result)
{
    char wire[64], xml[512];
    lq_id id;

    p = peer_open(_i);
    id = ask("query", NS_MAM, wire);
    snprintf(xml, sizeof(xml),
             MESSAGE(OURS, RESULT(FORWARDED("<iq xmlns='jabber:client'"
                                            " type='result' id='%s'/>"))),
             wire);
    is_from(xml, PEER_ACCOUNT);
    peer_sendf(p, "<iq type='result' id='%s'/>", wire);
    expect_reply(id);
    end();
}
END_TEST

/* ---- lies about the way ---- */

#define STAMPED(stamp)                                                         \
    MESSAGE(OURS, SENT(FORWARDED("<delay xmlns='urn:xmpp:delay' stamp='" stamp \
                                 "'/>" SAID)))
#define DELAY                                                                  \
    "<delay xmlns='urn:xmpp:delay' from='example.net'"                         \
    " stamp='2010-07-10T23:08:25Z'/>"

static const struct {
    const char *xml;
    int64_t delay;
} delays[] = {
    { STAMPED("9999-12-31T23:59:59Z"), INT64_C(253402300799000) },
    { STAMPED("-0001-01-01T00:00:00Z"), LQ_NEVER },
    { STAMPED("9999-12-31T23:59:59-23:59"), INT64_C(253402387139000) },
    { STAMPED("0001-01-01T00:00:00+23:59"), INT64_C(-62135683140000) },
    { STAMPED("9999-12-31T23:59:60Z"), INT64_C(253402300800000) },
    { STAMPED("2016-12-31T23:59:60Z"), INT64_C(1483228800000) },
    { STAMPED("2016-12-30T23:59:60Z"), INT64_C(1483142400000) },
    { STAMPED("2016-12-31T12:00:60Z"), LQ_NEVER },
    { STAMPED("10000-01-01T00:00:00Z"), LQ_NEVER },
    { STAMPED("292277026596-12-04T15:30:08Z"), LQ_NEVER },
    { STAMPED("0000-01-01T00:00:00Z"), LQ_NEVER },
    { STAMPED("-2010-07-10T23:08:25Z"), LQ_NEVER },
    { STAMPED("2010-07-10T23:08:25"), LQ_NEVER },
    { STAMPED("2010-07-10T23:08:25+99:99"), LQ_NEVER },
    { STAMPED("2010-02-30T23:08:25Z"), LQ_NEVER },
    { STAMPED("2010-07-10T25:08:25Z"), LQ_NEVER },
    { STAMPED("2010-07-10T23:08:25.99999999999999999999Z"),
      INT64_C(1278803305999) },
    { STAMPED("20100710T23:08:25"), LQ_NEVER }, /* XEP-0091 */
    { STAMPED("1278803305"), LQ_NEVER },
    { STAMPED("soon"), LQ_NEVER },
    { STAMPED(""), LQ_NEVER },
    /* somebody else's, inside or out */
    { MESSAGE(OURS,
              SENT(FORWARDED(INNER(" from='" GARDEN "'", DELAY "<body/>")))),
      LQ_NEVER },
    { MESSAGE(OURS, DELAY SENT(FORWARDED(SAID))), LQ_NEVER },
};

START_TEST(message_routing_lies_delay_that_cannot_be)
{
    begin(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(delays)); i++) {
        const lq_event *event;
        int64_t delay;

        peer_send(p, delays[i].xml);
        event = peer_event(p, LQ_EVENT_CARBON);
        delay = event == NULL ? 0 : lq_carbon_delay(event);
        ck_assert_msg(memory_is_tortured() || delay == delays[i].delay,
                      "%s: %lld", delays[i].xml, (long long)delay);
    }
    end();
}
END_TEST

/* It is a child like any other, and moves nothing. */
START_TEST(message_routing_lies_delay_from_a_contact)
{
    p = peer_open(_i);
    peer_send(p, MESSAGE(" from='" BALCONY "'", "<body>late</body>" DELAY)
                     MESSAGE(" from='" BALCONY "'", "<body>later</body>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(same(lq_message_body(p->event.stanza, NULL), "late"));
    CLAIM(lq_carbon_delay(&p->event) == LQ_NEVER);
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(same(lq_message_body(p->event.stanza, NULL), "later"));
    end();
}
END_TEST

/* It says to whom, so that nobody need take it for his own. */
START_TEST(message_routing_lies_to_somebody_else)
{
    static const char *const rows[] = { JULIET, GARDEN, "example.net", "",
                                        "@/" };

    p = peer_open(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        peer_sendf(p, MESSAGE(" from='" MALLORY "' to='%s'", "<body>x</body>"),
                   rows[i]);
        peer_event(p, LQ_EVENT_MESSAGE);
        CLAIM(same(lq_stanza_to(p->event.stanza), rows[i]));
        CLAIM(same(lq_stanza_sender(p->event.stanza), MALLORY));
        peer_sendf(p,
                   "<iq type='get' id='i1' from='" MALLORY
                   "' to='%s'><x xmlns='urn:x'/></iq>",
                   rows[i]);
        peer_expect(p, "<iq type='error' id='i1' to='" MALLORY "'/>");
        CLAIM(strstr(peer_last(p), " from=") == NULL);
    }
    end();
}
END_TEST

/* What comes back with an error is our own text, or anybody's. */
START_TEST(message_routing_lies_body_of_an_error)
{
    static const char *const rows[] = { "error", "headline" };
    static const int types[] = { LQ_ERROR, LQ_HEADLINE };
    lq_messages *messages;

    p = peer_open(_i);
    messages = lq_messages_attach(p->stream);
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        peer_sendf(p,
                   MESSAGE(" from='" BALCONY "' type='%s'", "<body>x</body>"),
                   rows[i]);
        peer_event(p, LQ_EVENT_MESSAGE);
        CLAIM_IS(lq_stanza_type(p->event.stanza), types[i]);
        if (messages != NULL) {
            ck_assert_str_eq(lq_messages_target(messages, JULIET), JULIET);
        }
    }
    end();
}
END_TEST

START_TEST(message_routing_lies_error_is_not_answered)
{
    static const char *const rows[] = {
        "<message type='error' from='" MALLORY "'/>",
        "<message type='error' id='m1' from='" MALLORY "'>" DELAY "</message>",
        "<presence type='error' from='" MALLORY "'/>",
        "<iq type='error' id='i1' from='" MALLORY "'/>",
        "<iq type='result' id='i1' from='" MALLORY "'/>",
        "<iq type='error' id='i1' from='" MALLORY
        "'><ping xmlns='urn:xmpp:ping'/></iq>",
    };
    char *sent;

    p = peer_open(_i);
    lq_ping_attach(p->stream);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        peer_send(p, rows[i]);
        while (lq_stream_event(p->stream) != NULL) {
        }
        sent = peer_take(p);
        CLAIM(sent[0] == '\0');
        free(sent);
    }
    end();
}
END_TEST

void attacks_messages(void)
{
    const TTest *const impersonation[] = {
        carbons_impersonation_copy_from_a_stranger,
        carbons_impersonation_copy_from_anybody_else_at_our_server,
        carbons_impersonation_copy_from_a_resource_of_ours,
        carbons_impersonation_copy_where_none_were_agreed_on,
        carbons_impersonation_copy_of_a_copy,
        carbons_impersonation_copy_in_an_archive,
        carbons_impersonation_copy_of_more_or_less_than_one_message,
        carbons_impersonation_copy_completes_no_request,
        carbons_impersonation_copy_locks_on_nobody,
        carbons_impersonation_nothing_is_unwrapped_unasked,
        NULL,
    };
    const TTest *const archives[] = {
        mam_result_injection_guessed_queryid_from_a_third_party,
        mam_result_injection_results_after_the_end,
        mam_result_injection_answer_in_a_result,
        NULL,
    };
    const TTest *const lies[] = {
        message_routing_lies_delay_that_cannot_be,
        message_routing_lies_delay_from_a_contact,
        message_routing_lies_to_somebody_else,
        message_routing_lies_body_of_an_error,
        message_routing_lies_error_is_not_answered,
        NULL,
    };

    suite_add_tortured("Carbons impersonation", impersonation);
    suite_add_tortured("MAM result injection", archives);
    suite_add_tortured("Message routing lies", lies);
}
