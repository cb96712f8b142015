/* attacks_server.c - a server that is ours and says what cannot be: who we are,
 * how much it has heard, which session it goes on with. */
#include <stdio.h>
#include <string.h>

#include "attacks.h"
#include "base/array.h"
#include "peer.h"
#include "suite.h"

#define NS_SM     "urn:xmpp:sm:3"
#define NS_SASL   "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2  "urn:xmpp:sasl:2"
#define NS_BIND   "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define JULIET    "juliet@example.com"
#define THE_END   "</stream:stream>"

#define PLAIN                                                                  \
    "<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism>"             \
    "</mechanisms>"
#define BIND        "<bind xmlns='" NS_BIND "'/>"
#define BOUND       "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>"
#define SM          "<sm xmlns='" NS_SM "'/>"
#define ENABLE      "<enable xmlns='" NS_SM "' resume='true'/>"
#define ENABLED     "<enabled xmlns='" NS_SM "' resume='true' id='one'/>"
#define ASK         "<r xmlns='" NS_SM "'/>"
#define ACK(h)      "<a xmlns='" NS_SM "' h='" h "'/>"
#define RESUMED(h)  "<resumed xmlns='" NS_SM "' previd='one' h='" h "'/>"
#define FAILED_H(h) "<failed xmlns='" NS_SM "' h='" h "'/>"
#define FAILED      "<failed xmlns='" NS_SM "'/>"
#define SAID(t)     "<message to='" JULIET "'><body>" t "</body></message>"

/* SASL 2, with all that can ride along. */
#define OFFER                                                                  \
    "<authentication xmlns='" NS_SASL2 "'><mechanism>PLAIN</mechanism>"        \
    "<inline><bind xmlns='urn:xmpp:bind:0'><inline><feature var='" NS_SM       \
    "'/></inline></bind>" SM "</inline></authentication>"
#define IS(jid)         "<authorization-identifier>" jid "</authorization-identifier>"
#define BOUND2(inner)   "<bound xmlns='urn:xmpp:bind:0'>" inner "</bound>"
#define SUCCESS2(inner) "<success xmlns='" NS_SASL2 "'>" inner "</success>"
#define ME              IS(PEER_JID)

static peer *p;

/* ---- scenes ---- */

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_NORMAL, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

static void expect_fate(lq_id id, int fate)
{
    const lq_event *event = peer_event(p, LQ_EVENT_DELIVERY);

    CLAIM(event != NULL && event->id == id);
    CLAIM(event != NULL && lq_event_delivery(event) == fate);
}

/* Online, with a session that can be resumed. */
static void begin(int chunk)
{
    memory_spare(true);
    p = peer_new(NULL, chunk);
    p->features = SM;
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    peer_quiet(p);
    memory_spare(false);
}

/* Lose the connection and log in as far as the wish to resume. */
static void come_back(void)
{
    memory_spare(true);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
    peer_send(p, "<success xmlns='" NS_SASL "'/>");
    peer_header(p, SM BIND);
    peer_expect(p, "<resume xmlns='" NS_SM "' previd='one'/>");
    memory_spare(false);
}

/* As far as the password; RESUME: with a session to go on with. */
static void authenticate2(bool resume)
{
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, OFFER);
    peer_expect(p, resume ? "<authenticate xmlns='" NS_SASL2 "'>"
                            "<resume xmlns='" NS_SM "' previd='one'/>"
                            "</authenticate>"
                          : "<authenticate xmlns='" NS_SASL2 "'>"
                            "<bind xmlns='urn:xmpp:bind:0'>" ENABLE
                            "</bind></authenticate>");
}

static void begin2(int chunk)
{
    p = peer_begin(NULL, chunk);
    memory_spare(true);
    authenticate2(false);
    memory_spare(false);
}

/* The same, online once and lost again. */
static void come_back2(int chunk)
{
    begin2(chunk);
    memory_spare(true);
    peer_send(p, SUCCESS2(ME BOUND2(ENABLED)) "<stream:features/>");
    peer_event(p, LQ_EVENT_ONLINE);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_OFFLINE);
    authenticate2(true);
    memory_spare(false);
}

/* We said CONDITION, and that is the end of the connection. */
static void expect_error(const char *condition)
{
    char pattern[256];

    while (lq_stream_event(p->stream) != NULL) {
    }
    snprintf(pattern, sizeof(pattern),
             "<error xmlns='http://etherx.jabber.org/streams'>"
             "<%s xmlns='" NS_ERRORS "'/></error>",
             condition);
    peer_expect(p, pattern);
    peer_expect_text(p, THE_END);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_quiet(p);
}

static void end(void) { peer_close(p); }

/* ---- who we are ---- */

static const char *const strangers[] = {
    "mercutio@example.net/orchard",
    "romeo@example.com/orchard",
    "romeo@evil.example/orchard",
    "romeo@example.net.evil.example/orchard",
    "example.net",
    "example.net/romeo",
    "romeo@example.net",
    "romeo@example.net/",
    "",
    "@",
};

START_TEST(own_server_oddities_bind_result_of_another_user)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(strangers)); i++) {
        p = peer_begin(NULL, _i);
        memory_spare(true);
        peer_connect(p, LQ_TRANSPORT_SECURE);
        peer_header(p, PLAIN);
        peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
        peer_send(p, "<success xmlns='" NS_SASL "'/>");
        peer_header(p, BIND);
        peer_expect(p, "<iq type='set'>" BIND "</iq>");
        memory_spare(false);
        {
            char payload[256];

            snprintf(payload, sizeof(payload),
                     "<bind xmlns='" NS_BIND "'><jid>%s</jid></bind>",
                     strangers[i]);
            peer_reply(p, payload);
        }
        expect_error("invalid-from");
        ck_assert_ptr_null(lq_stream_jid(p->stream));
        peer_hang_up(p);
        CLAIM_IS(peer_event(p, LQ_EVENT_OFFLINE)->error, LQ_E_BIND);
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_sasl2_success_of_another_user)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(strangers)); i++) {
        begin2(_i);
        peer_sendf(p, SUCCESS2(IS("%s") BOUND2(ENABLED)), strangers[i]);
        expect_error("invalid-from");
        ck_assert_ptr_null(lq_stream_jid(p->stream));
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_sasl2_success_without_identifier)
{
    static const char *const rows[] = {
        SUCCESS2(""),
        SUCCESS2(BOUND2("")),
        SUCCESS2(BOUND2(ENABLED)),
        SUCCESS2("<authorization-identifier xmlns='urn:x'>" PEER_JID
                 "</authorization-identifier>") BOUND2(""),
        SUCCESS2(BOUND2(ME)),
        SUCCESS2("<authorization-identifier jid='" PEER_JID "'/>"),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin2(_i);
        peer_send(p, rows[i]);
        expect_error("invalid-from");
        ck_assert_ptr_null(lq_stream_jid(p->stream));
        end();
    }
    come_back2(_i);
    peer_send(p, SUCCESS2(RESUMED("0")));
    expect_error("invalid-from");
    end();
}
END_TEST

/* ---- which session ---- */

static const char *const others[] = {
    "<resumed xmlns='" NS_SM "' previd='two' h='0'/>",
    "<resumed xmlns='" NS_SM "' previd='' h='0'/>",
    "<resumed xmlns='" NS_SM "' previd='onee' h='0'/>",
    "<resumed xmlns='" NS_SM "' previd='One' h='0'/>",
    "<resumed xmlns='" NS_SM "' h='0'/>",
    "<resumed xmlns='" NS_SM "' previd='one'/>",
    "<resumed xmlns='" NS_SM "' previd='one' h=''/>",
    RESUMED("-1"),
    RESUMED("x"),
    RESUMED("4294967296"),
    RESUMED("18446744073709551616"),
    RESUMED("2"),
    RESUMED("4294967295"),
};

/* Nor is it asked for again: its server cannot be believed. */
START_TEST(own_server_oddities_another_session_resumed)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(others)); i++) {
        lq_id id;

        begin(_i);
        memory_spare(true);
        id = say("one");
        peer_expect(p, SAID("one"));
        memory_spare(false);
        come_back();
        peer_send(p, others[i]);
        expect_error("undefined-condition");
        peer_hang_up(p);
        expect_fate(id, LQ_DELIVERY_UNKNOWN);
        peer_event(p, LQ_EVENT_OFFLINE);
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_another_session_resumed_in_success)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(others)); i++) {
        come_back2(_i);
        peer_sendf(p, "<success xmlns='" NS_SASL2 "'>" ME "%s</success>",
                   others[i]);
        expect_error("undefined-condition");
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_session_resumed_that_was_not_asked_for)
{
    static const char *const rows[] = {
        SUCCESS2(ME RESUMED("0")),
        SUCCESS2(ME BOUND2("") RESUMED("0")),
        SUCCESS2(ME BOUND2(ENABLED) RESUMED("0")),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin2(_i);
        peer_send(p, rows[i]);
        expect_error("unsupported-stanza-type");
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_session_resumed_and_bound_anew)
{
    come_back2(_i);
    peer_send(p, SUCCESS2(ME BOUND2(ENABLED) RESUMED("0")));
    expect_error("unsupported-stanza-type");
    end();
}
END_TEST

/* ---- out of turn ---- */

static const char *const words[] = {
    ENABLED,
    RESUMED("0"),
    FAILED,
    FAILED_H("0"),
    ENABLE,
    "<resume xmlns='" NS_SM "' previd='one' h='0'/>",
    "<b xmlns='" NS_SM "'/>",
    "<stream:features/>",
    "<stream:features>" OFFER "</stream:features>",
};

static void each_word_is_the_end(void (*scene)(int chunk), int chunk)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(words)); i++) {
        scene(chunk);
        peer_send(p, words[i]);
        expect_error("unsupported-stanza-type");
        end();
    }
}

static void bound2(int chunk)
{
    begin2(chunk);
    peer_send(p, SUCCESS2(ME BOUND2(ENABLED)) "<stream:features>" SM
                                              "</stream:features>");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_quiet(p);
}

static void resumed(int chunk)
{
    begin(chunk);
    come_back();
    peer_send(p, RESUMED("0"));
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(lq_event_resumed(&p->event));
}

static void resumed2(int chunk)
{
    come_back2(chunk);
    peer_send(p, SUCCESS2(ME RESUMED("0")));
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(lq_event_resumed(&p->event));
}

START_TEST(own_server_oddities_doubled_enabled)
{
    each_word_is_the_end(begin, _i);
}
END_TEST

START_TEST(own_server_oddities_doubled_enabled_behind_bound)
{
    each_word_is_the_end(bound2, _i);
}
END_TEST

START_TEST(own_server_oddities_features_after_resume)
{
    each_word_is_the_end(resumed, _i);
}
END_TEST

START_TEST(own_server_oddities_features_after_resume_in_success)
{
    each_word_is_the_end(resumed2, _i);
}
END_TEST

/* Before it was enabled, or where it was not asked for at all. */
START_TEST(own_server_oddities_word_without_a_session)
{
    static const char *const rows[] = { ACK("0"), ASK, RESUMED("0"), ENABLED,
                                        FAILED };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        p = peer_open(_i);
        peer_send(p, rows[i]);
        expect_error("unsupported-stanza-type");
        end();
    }
    for (size_t i = 0; i < suite_rows(3); i++) {
        p = peer_begin(NULL, _i);
        p->features = SM;
        memory_spare(true);
        peer_login(p);
        peer_expect(p, ENABLE);
        memory_spare(false);
        peer_send(p, rows[i]);
        expect_error("unsupported-stanza-type");
        end();
    }
}
END_TEST

/* ---- counts ---- */

static const struct count {
    const char *says, *condition;
} counts[] = {
    { ACK("1"), "undefined-condition" },
    { ACK("4294967295"), "undefined-condition" },
    { ACK("4294967296"), "bad-format" },
    { ACK("18446744073709551616"), "bad-format" },
    { ACK("-1"), "bad-format" },
    { ACK("+0"), "bad-format" },
    { ACK(" 0"), "bad-format" },
    { ACK("0x0"), "bad-format" },
    { ACK("x"), "bad-format" },
    { ACK(""), "bad-format" },
    { "<a xmlns='" NS_SM "'/>", "bad-format" },
    { "<a xmlns='" NS_SM "' xmlns:x='urn:x' x:h='0'/>", "bad-format" },
};

START_TEST(own_server_oddities_count_that_cannot_be)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(counts)); i++) {
        begin(_i);
        peer_send(p, counts[i].says);
        expect_error(counts[i].condition);
        end();
    }
}
END_TEST

START_TEST(own_server_oddities_count_that_is_too_high)
{
    lq_id id;

    begin(_i);
    memory_spare(true);
    id = say("one");
    peer_expect(p, SAID("one"));
    peer_expect(p, ASK);
    memory_spare(false);
    peer_send(p, ACK("7"));
    while (lq_stream_event(p->stream) != NULL) {
    }
    peer_expect(p, "<error xmlns='http://etherx.jabber.org/streams'>"
                   "<handled-count-too-high xmlns='" NS_SM
                   "' h='7' send-count='1'/></error>");
    peer_hang_up(p);
    expect_fate(id, LQ_DELIVERY_UNKNOWN); /* nothing of it is believed */
    end();
}
END_TEST

START_TEST(own_server_oddities_count_that_goes_back)
{
    lq_id id;

    begin(_i);
    memory_spare(true);
    id = say("one");
    say("two");
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    peer_expect(p, ASK);
    memory_spare(false);
    peer_send(p, ACK("1"));
    expect_fate(id, LQ_DELIVERY_ACKED);
    peer_send(p, ACK("0"));
    expect_error("undefined-condition");
    end();
}
END_TEST

/* Of a session that is over it tells what it likes, and we do not know. */
START_TEST(own_server_oddities_failed_with_a_count_that_cannot_be)
{
    static const char *const rows[] = {
        FAILED_H("2"),  FAILED_H("4294967295"), FAILED_H("4294967296"),
        FAILED_H("-1"), FAILED_H(""),           FAILED,
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        lq_id id;

        begin(_i);
        memory_spare(true);
        id = say("one");
        peer_expect(p, SAID("one"));
        memory_spare(false);
        come_back();
        peer_send(p, rows[i]);
        peer_expect(p, "<iq type='set'>" BIND "</iq>");
        expect_fate(id, LQ_DELIVERY_UNKNOWN);
        peer_reply(p, BOUND);
        peer_event(p, LQ_EVENT_ONLINE);
        CLAIM(!lq_event_resumed(&p->event));
        peer_expect(p, ENABLE);
        peer_quiet(p); /* it is not sent again */
        end();
    }
}
END_TEST

void attacks_server(void)
{
    const TTest *const oddities[] = {
        own_server_oddities_bind_result_of_another_user,
        own_server_oddities_sasl2_success_of_another_user,
        own_server_oddities_sasl2_success_without_identifier,
        own_server_oddities_another_session_resumed,
        own_server_oddities_another_session_resumed_in_success,
        own_server_oddities_session_resumed_that_was_not_asked_for,
        own_server_oddities_session_resumed_and_bound_anew,
        own_server_oddities_doubled_enabled,
        own_server_oddities_doubled_enabled_behind_bound,
        own_server_oddities_features_after_resume,
        own_server_oddities_features_after_resume_in_success,
        own_server_oddities_word_without_a_session,
        own_server_oddities_count_that_cannot_be,
        own_server_oddities_count_that_is_too_high,
        own_server_oddities_count_that_goes_back,
        own_server_oddities_failed_with_a_count_that_cannot_be,
        NULL,
    };

    suite_add_tortured("Own-server oddities", oddities);
}
