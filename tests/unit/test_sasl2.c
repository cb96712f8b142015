/* test_sasl2.c - SASL 2 with what rides along: XEP-0388, XEP-0386, XEP-0484,
 * XEP-0480, XEP-0509.
 *
 * The server is scripted word by word, for most of what it says here no server
 * would. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/base64.h"
#include "../common/element.h"
#include "../common/ht.h"
#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "scram_server.h"
#include "stream/stream.h"
#include "suite.h"
#include "tlspeer.h"

#define NS_SASL2  "urn:xmpp:sasl:2"
#define NS_SASL   "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND   "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_UP     "urn:xmpp:scram-upgrade:0"
#define NS_FAST   "urn:xmpp:fast:0"
#define THE_END   "</stream:stream>"

#define MECHANISM(name) "<mechanism>" name "</mechanism>"
#define OFFER(list, inl)                                                       \
    "<authentication xmlns='" NS_SASL2 "'>" list "<inline>" inl "</inline>"    \
    "</authentication>"
#define SCRAM      MECHANISM("SCRAM-SHA-256")
#define PLUS       SCRAM MECHANISM("SCRAM-SHA-256-PLUS")
#define PLAIN      MECHANISM("PLAIN")
#define BIND2      "<bind xmlns='urn:xmpp:bind:0'/>"
#define BIND       "<bind xmlns='" NS_BIND "'/>"
#define FAST(name) "<fast xmlns='urn:xmpp:fast:0'>" MECHANISM(name) "</fast>"
#define USUAL      OFFER(SCRAM, BIND2 FAST("HT-SHA-256-NONE"))
#define BINDINGS(list)                                                         \
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" list                   \
    "</sasl-channel-binding>"
#define EXPORTER "<channel-binding type='tls-exporter'/>"
#define VERSION(value)                                                         \
    "<config-version xmlns='urn:xmpp:iap:0' scheme='opaque' value='" value "'" \
    "/"                                                                        \
    ">"

#define IS(jid) "<authorization-identifier>" jid "</authorization-identifier>"
#define BOUND   "<bound xmlns='urn:xmpp:bind:0'/>"
#define ME      IS(PEER_ACCOUNT "/here") BOUND
#define ONLINE  "<stream:features/>"

static peer *p;
static tlspeer tls;
static scram_server server;

/* ---- helpers ---- */

static lq_config *config_for(const char *jid, const char *password)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(jid);
    lq_config_set_password(config, password);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    memory_spare(false);
    return config;
}

/* A stream for CONFIG (NULL: the usual); it is not connected. */
static void prepare(lq_config *config, int chunk_index)
{
    memory_spare(true);
    p = peer_new(config, chunk_index);
    lq_config_free(config);
    memory_spare(false);
}

static void begin(lq_config *config, int chunk_index)
{
    prepare(config, chunk_index);
    peer_connect(p, LQ_TRANSPORT_SECURE);
}

static void begin_tls(int chunk_index)
{
    prepare(config_for(PEER_JID, PEER_PASSWORD), chunk_index);
    tlspeer_set_clock(0);
    peer_connect(p, LQ_TRANSPORT_TLS);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_1_3);
}

static void end(void)
{
    tlspeer_end(&tls);
    peer_quiet(p);
    peer_close(p);
}

static void reconnect(void)
{
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
}

static void expect_authenticate(const char *mechanism, const char *inside)
{
    char pattern[1024];

    snprintf(pattern, sizeof(pattern),
             "<authenticate xmlns='" NS_SASL2 "' mechanism='%s'>%s"
             "</authenticate>",
             mechanism, inside);
    peer_expect(p, pattern);
}

/* The child NAME of the last element, or NULL. */
static const char *child(const char *name)
{
    return peer_last(p)[0] == '\0' ? NULL : element_child(peer_last(p), name);
}

static bool lacks(const char *name) { return child(name) == NULL; }

static void challenge(const char *base64)
{
    peer_sendf(p, "<challenge xmlns='" NS_SASL2 "'>%s</challenge>", base64);
}

/* NAME ("success", "continue") with TEXT as its data, which may be NULL. */
static void proved(const char *name, const char *text, const char *inside)
{
    if (text == NULL) {
        peer_sendf(p, "<%s xmlns='" NS_SASL2 "'>%s</%s>", name, inside, name);
    } else {
        peer_sendf(p,
                   "<%s xmlns='" NS_SASL2 "'><additional-data>%s"
                   "</additional-data>%s</%s>",
                   name, scram_encode(&server, text), inside, name);
    }
}

static void failure(const char *inside)
{
    peer_sendf(p, "<failure xmlns='" NS_SASL2 "'>%s</failure>", inside);
}

#define FAILS(condition) "<" condition " xmlns='" NS_SASL "'/>"

/* The exporter of our connection, or nothing; to be freed by GnuTLS. */
static gnutls_datum_t channel(void)
{
    gnutls_datum_t data = { NULL, 0 };

    if (tls.p != NULL) {
        gnutls_session_channel_binding(tls.session, GNUTLS_CB_TLS_EXPORTER,
                                       &data);
    }
    return data;
}

/* <authenticate/> has come for SCRAM-SHA-256, with SALT: up to the proof. */
static void scram_go_on(const char *salt)
{
    gnutls_datum_t bound = channel();
    bool fine =
        scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p));

    CLAIM(fine);
    challenge(scram_first(&server, "srv", salt, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
    fine = scram_check(&server, peer_last(p), bound.data, bound.size);
    ck_assert_msg(fine || memory_is_tortured(), "%s", server.wrong);
    gnutls_free(bound.data);
}

/* The server offers FEATURES, and the stream proves itself. */
static void scram_prove(const char *features)
{
    peer_header(p, features);
    expect_authenticate("SCRAM-SHA-256", "");
    scram_go_on(SCRAM_SALT);
}

static void expect_online(const char *jid)
{
    const char *is;

    CLAIM(lq_stream_state(p->stream) == LQ_STATE_ONLINE);
    peer_event(p, LQ_EVENT_ONLINE);
    is = lq_stream_jid(p->stream);
    CLAIM(is != NULL && strcmp(is, jid) == 0);
}

/* The server has been convinced; it says INSIDE, too. */
static void succeed(const char *inside)
{
    proved("success", server.signature, inside);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
}

static void login(const char *features, const char *inside)
{
    scram_prove(features);
    succeed(inside);
}

static void expect_offline(int code, const char *condition, bool final)
{
    const lq_event *event;
    const char *said;

    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_CLOSE);
    peer_expect_text(p, THE_END);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(event->error == code);
    said = lq_failure_condition(lq_stream_failure(p->stream));
    ck_assert_msg(memory_is_tortured() || condition == NULL ||
                      (said != NULL && strcmp(said, condition) == 0),
                  "said %s, not %s", said, condition);
    if (final) {
        peer_event(p, LQ_EVENT_CLOSED);
    }
    CLAIM(lq_stream_state(p->stream) ==
          (final ? LQ_STATE_CLOSED : LQ_STATE_WAITING));
}

static void expect_fault(int code, const char *condition)
{
    char pattern[256];

    snprintf(pattern, sizeof(pattern),
             "<stream:error><%s xmlns='" NS_ERRORS "'/></stream:error>",
             condition);
    peer_expect(p, pattern);
    expect_offline(code, condition, false);
}

/* We abort, and do not come back. */
static void expect_distrust(void)
{
    peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
    expect_offline(LQ_E_AUTH, NULL, true);
    CLAIM(lq_stream_security(p->stream, LQ_SECURITY_MECHANISM) == NULL);
    CLAIM(p->stream->known.token == NULL && p->stream->known.pins == 0);
}

static const char *security(int which)
{
    const char *text = lq_stream_security(p->stream, which);

    return text == NULL ? "" : text;
}

/* ---- one login ---- */

START_TEST(login_is_one_stream)
{
    begin(NULL, _i);
    login(USUAL, ME);
    CLAIM(strcmp(security(LQ_SECURITY_PROFILE), "SASL2") == 0);
    CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "SCRAM-SHA-256") == 0);
    CLAIM(security(LQ_SECURITY_BINDING)[0] == '\0');
    end(); /* quiet: neither a header nor a bind followed */
}
END_TEST

START_TEST(resource_may_be_bound_the_old_way)
{
    begin(NULL, _i);
    scram_prove(OFFER(SCRAM, ""));
    proved("success", server.signature, IS(PEER_ACCOUNT));
    CLAIM(lq_stream_state(p->stream) == LQ_STATE_NEGOTIATING);
    peer_send(p, "<stream:features>" BIND "</stream:features>");
    peer_expect(p, "<iq type='set'><bind xmlns='" NS_BIND
                   "'><resource>orchard</resource></bind></iq>");
    peer_reply(p, "<bind xmlns='" NS_BIND "'><jid>" PEER_ACCOUNT
                  "/here</jid></bind>");
    expect_online(PEER_ACCOUNT "/here");
    end();
}
END_TEST

START_TEST(session_of_old_is_not_asked_for)
{
    begin(NULL, _i);
    scram_prove(USUAL);
    proved("success", server.signature, ME);
    peer_send(p, "<stream:features>" BIND
                 "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
                 "</stream:features>");
    expect_online(PEER_ACCOUNT "/here");
    end();
}
END_TEST

START_TEST(proof_may_come_as_a_challenge)
{
    begin(NULL, _i);
    scram_prove(USUAL);
    challenge(scram_encode(&server, server.signature));
    peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
    proved("success", NULL, ME);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    end();
}
END_TEST

START_TEST(identity_may_have_its_older_name)
{
    begin(NULL, _i);
    scram_prove(USUAL);
    proved("success", server.signature,
           "<authorization-identity>" PEER_ACCOUNT "/here"
           "</authorization-identity>" BOUND);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    end();
}
END_TEST

#define UUID "d4565fa7-4d72-4749-b3d3-740edbf87770"

START_TEST(agent_is_as_the_program_says)
{
    lq_config *config = config_for(PEER_ACCOUNT, PEER_PASSWORD);

    memory_spare(true);
    ck_assert_int_eq(lq_config_set_agent(config, UUID, "A&B", "Kiva's"), LQ_OK);
    memory_spare(false);
    begin(config, _i);
    peer_header(p, USUAL);
    expect_authenticate(
        "SCRAM-SHA-256",
        "<initial-response/><user-agent id='" UUID "'><software>A&amp;B"
        "</software><device>Kiva&apos;s</device></user-agent>"
        "<bind xmlns='urn:xmpp:bind:0'><tag>A&amp;B</tag></bind>");
    CLAIM(lacks("config-version") && lacks("upgrade") && lacks("fast"));
    end();
}
END_TEST

START_TEST(agent_has_a_name_of_its_own_that_stays)
{
    char first[64] = "", then[64] = "";
    const char *agent;

    begin(config_for(PEER_ACCOUNT, PEER_PASSWORD), _i);
    for (int i = 0; i < 2; i++) {
        char *id = i == 0 ? first : then;

        if (i == 0) {
            peer_header(p, USUAL);
        } else {
            reconnect();
            peer_expect_text(p, "<stream:stream");
        }
        expect_authenticate("SCRAM-SHA-256", "<user-agent/>");
        CLAIM(lacks("software") && lacks("device") && lacks("tag"));
        agent = child("user-agent");
        if (agent != NULL) {
            element_attr(agent, "id", id, 64);
        }
        CLAIM(strlen(id) == 36 && id[14] == '4');
    }
    CLAIM(strcmp(first, then) == 0);
    end();
}
END_TEST

START_TEST(setters_refuse_what_cannot_be)
{
    static const char *const ids[] = {
        "",
        "d4565fa7",
        UUID "0",
        "d4565fa7-4d72-1749-b3d3-740edbf87770",
        "d4565fa7-4d72-4749-73d3-740edbf87770",
        "d4565fa7_4d72-4749-b3d3-740edbf87770",
        "g4565fa7-4d72-4749-b3d3-740edbf87770",
    };
    static const char *const lists[] = {
        "", " ", "SCRAM", "PLAIN,", "PLAIN X", "plain", "SCRAM-SHA-256-PLUSS"
    };
    lq_config *config = config_for(PEER_JID, PEER_PASSWORD);

    for (size_t i = 0; i < LQ_COUNT(ids); i++) {
        CLAIM_IS(lq_config_set_agent(config, ids[i], NULL, NULL),
                 LQ_E_ARGUMENT);
    }
    CLAIM_IS(lq_config_set_agent(config, NULL, "\x01", NULL), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_agent(config, NULL, NULL, "\xff"), LQ_E_ARGUMENT);
    for (size_t i = 0; i < LQ_COUNT(lists); i++) {
        CLAIM_IS(lq_config_set_mechanisms(config, lists[i]), LQ_E_ARGUMENT);
    }
    CLAIM_IS(lq_config_set_mechanisms(config, " PLAIN  DIGEST-MD5 "), LQ_OK);
    CLAIM_IS(lq_config_set_iterations(config, 4095), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_iterations(config, 10000001), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_iterations(config, 4096), LQ_OK);
    CLAIM_IS(lq_config_set_iterations(config, 10000000), LQ_OK);
    CLAIM_IS(lq_config_set_token(config, "t"), LQ_OK);
    CLAIM_IS(lq_config_set_token(config, NULL), LQ_OK);
    lq_config_free(config);
}
END_TEST

/* ---- what is not believed ---- */

typedef struct success_row {
    const char *data; /* %s is the signature; NULL: none */
    const char *inside;
    int code; /* AUTH: distrust */
} success_row;

static const success_row success_rows[] = {
    { NULL, ME, LQ_E_AUTH },
    { "", ME, LQ_E_AUTH },
    { "v=AAAA", ME, LQ_E_AUTH },
    { "%sx", ME, LQ_E_AUTH },
    { "%s,", ME, LQ_E_AUTH },
    { "e=other-error", ME, LQ_E_AUTH },
    { "%s", "", LQ_E_BIND },
    { "%s", IS(""), LQ_E_BIND },
    { "%s", IS("mercutio@example.net"), LQ_E_BIND },
    { "%s", IS("example.net"), LQ_E_BIND },
};

START_TEST(success_needs_proof_and_our_account)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(success_rows)); i++) {
        const success_row *row = &success_rows[i];
        char text[512];

        begin(NULL, _i);
        scram_prove(USUAL);
        snprintf(text, sizeof(text), row->data == NULL ? "" : row->data,
                 server.signature);
        proved("success", row->data == NULL ? NULL : text, row->inside);
        if (row->code == LQ_E_AUTH) {
            expect_distrust();
        } else {
            expect_fault(LQ_E_BIND, "invalid-from");
            CLAIM(p->stream->known.pins == 0);
        }
        CLAIM(lq_stream_jid(p->stream) == NULL);
        CLAIM(strcmp(lq_stream_account(p->stream), PEER_ACCOUNT) == 0);
        end();
    }
}
END_TEST

/* %s: a server-first message, or the right signature. */
START_TEST(success_before_the_proof_is_not_believed)
{
    for (int late = 0; late < 3; late++) {
        begin(NULL, _i);
        peer_header(p, USUAL);
        expect_authenticate("SCRAM-SHA-256", "");
        CLAIM(scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD,
                          peer_last(p)));
        scram_first(&server, "srv", SCRAM_SALT, "4096", "");
        proved(late == 2 ? "continue" : "success",
               late == 0 ? NULL : server.scram.server_first, ME);
        expect_distrust();
        end();
    }
}
END_TEST

START_TEST(nothing_follows_what_is_done)
{
    begin(NULL, _i);
    scram_prove(USUAL);
    challenge(scram_encode(&server, server.signature));
    peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
    challenge(scram_encode(&server, server.signature));
    expect_distrust();
    end();

    begin(NULL, _i);
    scram_prove(USUAL);
    challenge(scram_encode(&server, server.signature));
    peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
    proved("success", server.signature, ME);
    expect_distrust();
    end();

    begin(NULL, _i);
    scram_prove(USUAL);
    proved("success", server.signature, ME);
    challenge("QQ==");
    expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type");
    end();
}
END_TEST

static const char *const turn_rows[] = {
    "<message><body>hi</body></message>",
    "<iq type='get' id='1'><x xmlns='urn:x'/></iq>",
    "<presence/>",
    "<stream:features/>",
    "<success xmlns='" NS_SASL "'/>",
    "<challenge xmlns='" NS_SASL "'>QQ==</challenge>",
    "<failure xmlns='" NS_SASL "'><not-authorized/></failure>",
    "<success/>",
    "<continue xmlns='urn:xmpp:sasl:1'/>",
    "<task-data xmlns='" NS_SASL2 "'/>",
    "<next xmlns='" NS_SASL2 "'/>",
    "<response xmlns='" NS_SASL2 "'/>",
    "<authenticate xmlns='" NS_SASL2 "'/>",
    "<abort xmlns='" NS_SASL2 "'/>",
};

START_TEST(nothing_else_is_said_meanwhile)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(turn_rows)); i++) {
        begin(NULL, _i);
        peer_header(p, USUAL);
        expect_authenticate("SCRAM-SHA-256", "");
        peer_send(p, turn_rows[i]);
        expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type");
        end();
    }
}
END_TEST

START_TEST(nothing_else_is_said_before_the_features)
{
    static const char *const rows[] = {
        "<message/>", "<success xmlns='" NS_SASL2 "'>" ME "</success>",
        "<iq type='result' id='1'/>", "<features xmlns='urn:x'/>"
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        scram_prove(USUAL);
        proved("success", server.signature, ME);
        peer_send(p, rows[i]);
        expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type");
        end();
    }
}
END_TEST

START_TEST(blanks_do_no_harm)
{
    begin(NULL, _i);
    peer_header(p, USUAL);
    expect_authenticate("SCRAM-SHA-256", "");
    peer_send(p, " \n");
    scram_go_on(SCRAM_SALT);
    peer_send(p, "\n\t ");
    proved("success", server.signature, ME);
    peer_send(p, "\n" ONLINE "\n");
    expect_online(PEER_ACCOUNT "/here");
    end();
}
END_TEST

/* ---- refusals ---- */

START_TEST(refusal_is_told)
{
    static const struct {
        const char *inside, *condition;
        bool final;
        const char *text;
    } rows[] = {
        { FAILS("not-authorized"), "not-authorized", true, NULL },
        { FAILS("temporary-auth-failure"), "temporary-auth-failure", false,
          NULL },
        { FAILS("aborted") "<text>later</text>", "aborted", false, "later" },
        { "<x xmlns='urn:x'/>" FAILS("account-disabled") "<text>Call</text>",
          "account-disabled", true, "Call" },
        { "<not-authorized/>", "undefined-condition", true, NULL },
        { "", "undefined-condition", true, NULL },
        { FAILS("aborted") "<config-version-mismatch xmlns='urn:xmpp:iap:0'/>",
          "aborted", false, NULL }, /* nothing was guessed */
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        const char *text;

        begin(NULL, _i);
        scram_prove(USUAL);
        failure(rows[i].inside);
        expect_offline(LQ_E_AUTH, rows[i].condition, rows[i].final);
        text = lq_failure_text(lq_stream_failure(p->stream));
        CLAIM(rows[i].text == NULL || strcmp(text, rows[i].text) == 0);
        end();
    }
}
END_TEST

START_TEST(oauth_refusal_is_acknowledged)
{
    lq_config *config = config_for(PEER_JID, NULL);

    memory_spare(true);
    lq_config_set_token(config, "access");
    memory_spare(false);
    begin(config, _i);
    peer_header(p, OFFER(MECHANISM("OAUTHBEARER") PLAIN, BIND2));
    expect_authenticate("OAUTHBEARER", "");
    challenge("e30=");
    peer_expect(p, "<response xmlns='" NS_SASL2 "'>AQ==</response>");
    failure(FAILS("not-authorized"));
    expect_offline(LQ_E_AUTH, "not-authorized", true);
    end();
}
END_TEST

START_TEST(oauth_success_after_a_refusal_is_a_lie)
{
    lq_config *config = config_for(PEER_JID, NULL);

    memory_spare(true);
    lq_config_set_token(config, "access");
    memory_spare(false);
    begin(config, _i);
    peer_header(p, OFFER(MECHANISM("OAUTHBEARER"), BIND2));
    expect_authenticate("OAUTHBEARER", "");
    challenge("e30=");
    peer_expect(p, "<response xmlns='" NS_SASL2 "'>AQ==</response>");
    proved("success", NULL, ME);
    expect_distrust();
    end();
}
END_TEST

START_TEST(secret_that_is_too_long_ends_the_stream)
{
    char secret[9001] = "";
    lq_config *config = config_for(PEER_JID, NULL);

    memset(secret, 'x', sizeof(secret) - 1);
    memory_spare(true);
    lq_config_set_token(config, secret);
    memory_spare(false);
    begin(config, _i);
    peer_header(p, OFFER(MECHANISM("OAUTHBEARER"), BIND2));
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

/* ---- tokens ---- */

#define TOKEN(text, expiry)                                                    \
    "<token xmlns='urn:xmpp:fast:0' token='" text "' expiry='" expiry "'/>"
#define REQUEST                                                                \
    "<request-token xmlns='" NS_FAST "' mechanism='HT-SHA-256-NONE'/>"
#define LATER "2100-01-01T00:00:00Z"

/* <authenticate/> has come for HT-SHA-256-NONE: the server's answer, if that
 * is with TOKEN; else "". */
static const char *ht_answer(const char *token)
{
    static ht h;
    const char *initial = child("initial-response");
    char text[512] = "";
    const char *wrong;

    h = (ht){ .token = token, .user = "romeo" };
    if (initial != NULL) {
        element_text(initial, text, sizeof(text));
    }
    wrong = ht_client(&h, "HT-SHA-256-NONE", text);
    ck_assert_msg(wrong == NULL || memory_is_tortured(), "%s", wrong);
    return h.answer;
}

/* Ahead of the features, which are FEATURES: TOKEN is used. */
static void expect_token(const char *token, const char *features)
{
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("HT-SHA-256-NONE",
                        "<user-agent/><fast xmlns='" NS_FAST "'/>");
    CLAIM(lacks("request-token"));
    peer_sendf(p, PEER_HEADER "<stream:features>%s</stream:features>",
               features);
    ht_answer(token);
}

static void token_succeed(const char *token, const char *inside)
{
    peer_sendf(p,
               "<success xmlns='" NS_SASL2 "'><additional-data>%s"
               "</additional-data>%s</success>" ONLINE,
               ht_answer(token), inside);
    expect_online(PEER_ACCOUNT "/here");
}

START_TEST(token_is_asked_for_used_and_rotated)
{
    begin(NULL, _i);
    peer_header(p, USUAL);
    expect_authenticate("SCRAM-SHA-256", REQUEST);
    scram_go_on(SCRAM_SALT);
    succeed(ME TOKEN("first", LATER));
    for (int i = 0; i < 2; i++) { /* the same is used until there is another */
        reconnect();
        expect_token("first", USUAL);
        token_succeed("first", ME);
    }
    reconnect();
    expect_token("first", USUAL);
    token_succeed("first", ME TOKEN("second", LATER));
    CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "HT-SHA-256-NONE") == 0);
    reconnect();
    expect_token("second", USUAL);
    token_succeed("second", ME);
    end();
}
END_TEST

START_TEST(token_is_taken_only_where_one_was_asked_for)
{
    static const struct {
        const char *features, *token;
        bool taken;
    } rows[] = {
        { USUAL, TOKEN("t", LATER), true },
        { USUAL, "<token xmlns='urn:xmpp:fast:0' token='t'/>", true },
        { USUAL, TOKEN("t", "some day"), true },
        { USUAL, TOKEN("", LATER), false },
        { USUAL, "<token xmlns='urn:xmpp:fast:0'/>", false },
        { USUAL, "<token xmlns='urn:x' token='t'/>", false },
        { USUAL, "", false },
        { OFFER(SCRAM, BIND2), TOKEN("t", LATER), false },
        { OFFER(SCRAM, BIND2 FAST("HT-SHA-999-NONE")), TOKEN("t", LATER),
          false },
        { OFFER(SCRAM, BIND2 FAST("HT-SHA-256-EXPR")), TOKEN("t", LATER),
          false }, /* there is no TLS to be bound to */
        { OFFER(SCRAM, BIND2 FAST("PLAIN")), TOKEN("t", LATER), false },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        char inside[512];

        begin(NULL, _i);
        snprintf(inside, sizeof(inside), ME "%s", rows[i].token);
        scram_prove(rows[i].features);
        succeed(inside);
        ck_assert_msg(memory_is_tortured() ||
                          (p->stream->known.token != NULL) == rows[i].taken,
                      "row %zu", i);
        end();
    }
}
END_TEST

START_TEST(token_that_has_expired_is_not_used)
{
    enum { SECOND = 1000 };
    static const struct {
        int64_t at; /* Unix ms; LQ_NEVER: nobody knows what time it is */
        bool used;
    } rows[] = {
        { INT64_C(1893456000000) - SECOND, true }, /* 2030-01-01 */
        { INT64_C(1893456000000), false },
        { INT64_C(1893456000000) + SECOND, false },
        { LQ_NEVER, true },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        login(USUAL, ME TOKEN("t", "2030-01-01T00:00:00Z"));
        peer_lose(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        if (rows[i].at != LQ_NEVER) {
            lq_context_set_wallclock(p->context, rows[i].at, p->now);
        }
        peer_wait(p, 0);
        if (lq_stream_wish(p->stream) != LQ_WISH_CONNECT) {
            lq_time due = lq_stream_deadline(p->stream);

            peer_wait(p, due - p->now);
            if (rows[i].at != LQ_NEVER) {
                lq_context_set_wallclock(p->context, rows[i].at, p->now);
            }
        }
        peer_connect(p, LQ_TRANSPORT_SECURE);
        peer_expect_text(p, "<stream:stream");
        expect_authenticate(rows[i].used ? "HT-SHA-256-NONE" : "SCRAM-SHA-256",
                            "");
        end();
    }
}
END_TEST

START_TEST(token_that_is_refused_gives_way_to_the_password)
{
    static const char *const rows[] = { FAILS("not-authorized"),
                                        FAILS("credentials-expired"),
                                        FAILS("invalid-mechanism"),
                                        FAILS("account-disabled"), "" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        login(USUAL, ME TOKEN("old", LATER));
        reconnect();
        expect_token("old", USUAL);
        failure(rows[i]);
        CLAIM(p->stream->known.token == NULL);
        expect_authenticate("SCRAM-SHA-256", REQUEST); /* on the same stream */
        CLAIM(lacks("fast"));
        scram_go_on(SCRAM_SALT);
        succeed(ME TOKEN("new", LATER));
        reconnect();
        expect_token("new", USUAL);
        end();
    }
}
END_TEST

START_TEST(token_survives_what_is_not_its_fault)
{
    static const char *const rows[] = { FAILS("temporary-auth-failure"),
                                        FAILS("aborted") };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        begin(NULL, _i);
        login(USUAL, ME TOKEN("t", LATER));
        reconnect();
        expect_token("t", USUAL);
        failure(rows[i]);
        expect_offline(LQ_E_AUTH, NULL, false);
        CLAIM(p->stream->known.token != NULL);
        end();
    }
}
END_TEST

START_TEST(token_does_not_outlive_its_mechanism)
{
    begin(NULL, _i);
    login(USUAL, ME TOKEN("t", LATER));
    reconnect();
    expect_token("t", OFFER(SCRAM, BIND2));
    failure(FAILS("invalid-mechanism"));
    expect_authenticate("SCRAM-SHA-256", "");
    CLAIM(lacks("request-token") && lacks("fast"));
    scram_go_on(SCRAM_SALT);
    succeed(ME);
    end();
}
END_TEST

START_TEST(server_must_know_the_token_too)
{
    static const char *const rows[] = {
        "",
        "<additional-data/>",
        "<additional-data>=</additional-data>",
        "<additional-data>QQ==</additional-data>",
        "<additional-data>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        "</additional-data>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        login(USUAL, ME TOKEN("t", LATER));
        reconnect();
        expect_token("t", USUAL);
        peer_sendf(p,
                   "<success xmlns='" NS_SASL2
                   "'>%s" ME TOKEN("evil", LATER) "</success>",
                   rows[i]);
        peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
        expect_offline(LQ_E_AUTH, NULL, true);
        CLAIM(strcmp(p->stream->known.token->text, "t") == 0);
        end();
    }
}
END_TEST

/* A server may have no SCRAM, and give tokens for a password in clear. */
START_TEST(token_does_not_shut_out_the_password_that_it_was_given_for)
{
    begin(NULL, _i);
    peer_header(p, OFFER(PLAIN, BIND2 FAST("HT-SHA-256-NONE")));
    expect_authenticate("PLAIN", REQUEST);
    proved("success", NULL, ME TOKEN("t", LATER));
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    reconnect();
    expect_token("t", OFFER(PLAIN, BIND2 FAST("HT-SHA-256-NONE")));
    token_succeed("t", ME);
    reconnect();
    expect_token("t", OFFER(PLAIN, BIND2 FAST("HT-SHA-256-NONE")));
    failure(FAILS("credentials-expired"));
    expect_authenticate("PLAIN", REQUEST);
    end();
}
END_TEST

/* ---- guesses ---- */

START_TEST(password_is_not_told_on_a_guess)
{
    begin(NULL, _i);
    peer_header(p, OFFER(PLAIN, BIND2));
    expect_authenticate("PLAIN", "");
    proved("success", NULL, ME);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    reconnect();
    peer_expect_text(p, "<stream:stream");
    peer_quiet(p);
    peer_send(p, PEER_HEADER "<stream:features>" OFFER(
                     SCRAM PLAIN, BIND2) "</stream:features>");
    expect_authenticate("SCRAM-SHA-256", ""); /* and better so */
    end();
}
END_TEST

#define MISMATCH                                                               \
    FAILS("aborted") "<config-version-mismatch xmlns='urn:xmpp:iap:0'/>"
#define SENT(value) "<config-version xmlns='urn:xmpp:iap:0' value='" value "'/>"

START_TEST(guess_by_an_old_version_is_made_good)
{
    begin(NULL, _i);
    login(OFFER(SCRAM, BIND2) VERSION("v1"), ME);
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", SENT("v1"));
    peer_send(p, PEER_HEADER "<stream:features>" OFFER(SCRAM, BIND2)
                     VERSION("v2") "</stream:features>");
    failure(MISMATCH);
    expect_authenticate("SCRAM-SHA-256", "");
    CLAIM(lacks("config-version"));
    scram_go_on(SCRAM_SALT);
    succeed(ME);
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", SENT("v2"));
    end();
}
END_TEST

START_TEST(guess_is_made_good_once)
{
    begin(NULL, _i);
    login(OFFER(SCRAM, BIND2) VERSION("v1"), ME);
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", SENT("v1"));
    peer_send(p, PEER_HEADER "<stream:features>" OFFER(SCRAM, BIND2)
                     VERSION("v2") "</stream:features>");
    failure(MISMATCH);
    expect_authenticate("SCRAM-SHA-256", "");
    failure(MISMATCH); /* that was none */
    expect_offline(LQ_E_AUTH, "aborted", false);
    end();
}
END_TEST

START_TEST(guess_of_another_offer_is_made_good)
{
    static const struct {
        const char *features, *mechanism;
    } rows[] = {
        { OFFER(MECHANISM("SCRAM-SHA-512") SCRAM, BIND2), "SCRAM-SHA-512" },
        { OFFER(MECHANISM("SCRAM-SHA-1"), BIND2), "SCRAM-SHA-1" },
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        begin(NULL, _i);
        login(OFFER(SCRAM, BIND2), ME);
        reconnect();
        peer_expect_text(p, "<stream:stream");
        expect_authenticate("SCRAM-SHA-256", "");
        CLAIM(lacks("config-version"));
        peer_sendf(p, PEER_HEADER "<stream:features>%s</stream:features>",
                   rows[i].features);
        failure(FAILS("not-authorized"));
        expect_authenticate(rows[i].mechanism, "");
        failure(FAILS("not-authorized"));
        expect_offline(LQ_E_AUTH, "not-authorized", true);
        end();
    }
}
END_TEST

START_TEST(guess_that_was_right_and_is_refused_is_refused)
{
    begin(NULL, _i);
    login(OFFER(SCRAM, BIND2), ME);
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", "");
    peer_send(p, PEER_HEADER
              "<stream:features>" OFFER(SCRAM, BIND2) "</stream:features>");
    failure(FAILS("not-authorized"));
    expect_offline(LQ_E_AUTH, "not-authorized", true);
    end();
}
END_TEST

START_TEST(guess_may_be_right_though_the_offer_is_another)
{
    begin(NULL, _i);
    login(OFFER(SCRAM, BIND2), ME);
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", "");
    peer_send(p, PEER_HEADER
              "<stream:features>" OFFER(MECHANISM("SCRAM-SHA-512") SCRAM,
                                        BIND2) "</stream:features>");
    scram_go_on(SCRAM_SALT);
    succeed(ME);
    end();
}
END_TEST

START_TEST(offer_that_got_worse_ends_a_guess)
{
    static const char *const rows[] = {
        "<mechanisms xmlns='" NS_SASL "'>" SCRAM "</mechanisms>",
        OFFER(PLAIN, BIND2),
        "",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        login(OFFER(SCRAM, BIND2), ME);
        reconnect();
        peer_expect_text(p, "<stream:stream");
        expect_authenticate("SCRAM-SHA-256", "");
        peer_sendf(p, PEER_HEADER "<stream:features>%s</stream:features>",
                   rows[i]);
        expect_offline(LQ_E_AUTH, NULL, true);
        end();
    }
}
END_TEST

START_TEST(server_must_offer_before_it_answers)
{
    static const char *const rows[] = {
        "<challenge xmlns='" NS_SASL2 "'>QQ==</challenge>",
        "<success xmlns='" NS_SASL2 "'>" ME "</success>",
        "<failure xmlns='" NS_SASL2 "'>" FAILS("not-authorized") "</failure>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        login(OFFER(SCRAM, BIND2), ME);
        reconnect();
        peer_expect_text(p, "<stream:stream");
        expect_authenticate("SCRAM-SHA-256", "");
        peer_sendf(p, PEER_HEADER "%s", rows[i]);
        expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type");
        end();
    }
}
END_TEST

START_TEST(guess_that_ended_the_connection_is_not_made_again)
{
    begin(NULL, _i);
    login(USUAL, ME TOKEN("t", LATER));
    reconnect();
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("HT-SHA-256-NONE", "");
    reconnect();
    peer_expect_text(p, "<stream:stream");
    peer_quiet(p); /* until the server has said what it offers */
    peer_send(p, PEER_HEADER "<stream:features>" USUAL "</stream:features>");
    expect_authenticate("HT-SHA-256-NONE", "");
    CLAIM(lacks("config-version"));
    token_succeed("t", ME);
    reconnect();
    expect_token("t", USUAL);
    end();
}
END_TEST

/* ---- keys without the password ---- */

#define BIND_CSI                                                               \
    "<bind xmlns='urn:xmpp:bind:0'><inline>"                                   \
    "<feature var='urn:xmpp:csi:0'/></inline></bind>"

START_TEST(absence_that_was_told_in_the_login_ends_all_the_same)
{
    prepare(config_for(PEER_JID, PEER_PASSWORD), _i);
    CLAIM_IS(lq_stream_set_active(p->stream, p->now, false), LQ_OK);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, OFFER(SCRAM, BIND_CSI));
    expect_authenticate("SCRAM-SHA-256",
                        "<bind xmlns='urn:xmpp:bind:0'>"
                        "<inactive xmlns='urn:xmpp:csi:0'/></bind>");
    scram_go_on(SCRAM_SALT);
    succeed(ME); /* its features name no client state */
    peer_quiet(p);
    CLAIM_IS(lq_stream_set_active(p->stream, p->now, true), LQ_OK);
    peer_expect(p, "<active xmlns='urn:xmpp:csi:0'/>");
    end();
}
END_TEST

START_TEST(password_is_asked_for_when_the_keys_do_not_fit)
{
    lq_config *config = config_for(PEER_JID, PEER_PASSWORD);
    const void *bytes;
    size_t len;

    memory_spare(true);
    lq_config_set_saved(config, LQ_SAVED_ACCOUNT, NULL, 0);
    begin(config, _i);
    memory_spare(true);
    scram_prove(OFFER(SCRAM, BIND2));
    succeed(ME);
    peer_event(p, LQ_EVENT_SAVE);
    bytes = lq_stream_save(p->stream, LQ_SAVED_ACCOUNT, &len);
    config = config_for(PEER_JID, NULL);
    memory_spare(true);
    lq_config_set_saved(config, LQ_SAVED_ACCOUNT, bytes, len);
    end();
    begin(config, _i);
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("SCRAM-SHA-256", "");
    peer_send(p, PEER_HEADER
              "<stream:features>" OFFER(SCRAM, BIND2) "</stream:features>");
    CLAIM(scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p)));
    challenge(scram_first(&server, "srv", "QSXCR+Q6sek8bf92", "4096", ""));
    expect_offline(LQ_E_AUTH, NULL, false);
    peer_connect(p, LQ_TRANSPORT_SECURE); /* at once */
    peer_header(p, OFFER(SCRAM, BIND2));
    peer_event(p, LQ_EVENT_QUERY);
    CLAIM_IS(lq_stream_set_password(p->stream, p->now, PEER_PASSWORD), LQ_OK);
    expect_authenticate("SCRAM-SHA-256", "");
    scram_go_on("QSXCR+Q6sek8bf92");
    proved("success", server.signature, ME);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    peer_event(p, LQ_EVENT_SAVE);
    end();
}
END_TEST

/* ---- nobody in particular ---- */

#define ANONYMOUS OFFER(MECHANISM("ANONYMOUS") SCRAM, BIND2)

START_TEST(nobody_is_who_the_server_says)
{
    begin(config_for("example.net", NULL), _i);
    peer_header(p, ANONYMOUS);
    CLAIM(strstr(peer_last(p), " from=") == NULL);
    expect_authenticate("ANONYMOUS", "<initial-response/>");
    proved("success", NULL, IS("abc@example.net/x") BOUND);
    peer_send(p, ONLINE);
    expect_online("abc@example.net/x");
    CLAIM(strcmp(lq_stream_account(p->stream), "abc@example.net") == 0);
    CLAIM(lq_stream_is_own(p->stream, "abc@example.net"));
    CLAIM(!lq_stream_is_own(p->stream, "example.net"));
    reconnect(); /* and somebody else the next time */
    peer_header(p, ANONYMOUS);
    expect_authenticate("ANONYMOUS", "");
    proved("success", NULL, IS("def@example.net/y") BOUND);
    peer_send(p, ONLINE);
    expect_online("def@example.net/y");
    CLAIM(strcmp(lq_stream_account(p->stream), "def@example.net") == 0);
    end();
}
END_TEST

START_TEST(nobody_is_nobody_elsewhere)
{
    static const char *const rows[] = { "abc@example.com/x",
                                        "abc@sub.example.net/x",
                                        "example.com/x", "abc@example.net" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(config_for("example.net", NULL), _i);
        peer_header(p, ANONYMOUS);
        expect_authenticate("ANONYMOUS", "");
        peer_sendf(p,
                   "<success xmlns='" NS_SASL2 "'><authorization-identifier>%s"
                   "</authorization-identifier>" BOUND "</success>",
                   rows[i]);
        expect_fault(LQ_E_BIND, "invalid-from");
        end();
    }
}
END_TEST

/* ---- tasks ---- */

#define TASKS(list) "<tasks>" list "</tasks>"
#define TASK(name)  "<task>" name "</task>"
#define UPGRADE(task)                                                          \
    "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-" task "</"       \
    "upgrade>"
#define UPGRADES UPGRADE("512") UPGRADE("256")
#define UP_OFFER(list)                                                         \
    "<authentication xmlns='" NS_SASL2 "'>" list "<inline>" BIND2              \
    "</inline>" UPGRADES "</authentication>"

START_TEST(task_that_we_cannot_do_is_named)
{
    static const char *const rows[] = {
        TASKS(TASK("TOTP-EXAMPLE")), TASKS(TASK("HOTP") TASK("TOTP-EXAMPLE")),
        TASKS(TASK("UPGR-SCRAM-SHA-512") TASK("TOTP-EXAMPLE")), /* not asked */
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        const char *text;

        begin(NULL, _i);
        scram_prove(USUAL);
        proved("continue", server.signature, rows[i]);
        peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
        expect_offline(LQ_E_AUTH, NULL, true);
        text = lq_failure_text(lq_stream_failure(p->stream));
        CLAIM(text != NULL && strstr(text, "TOTP-EXAMPLE") != NULL);
        end();
    }
}
END_TEST

START_TEST(tasks_need_proof_of_the_server)
{
    static const char *const rows[] = { NULL, "", "v=AAAA", "e=x" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(NULL, _i);
        scram_prove(USUAL);
        proved("continue", rows[i], TASKS(TASK("TOTP-EXAMPLE")));
        expect_distrust();
        CLAIM(lq_failure_text(lq_stream_failure(p->stream)) == NULL);
        end();
    }
}
END_TEST

/* As far as the proof, bound to its channel, by SHA-1; memory suffices. */
static void begin_upgrade(int chunk_index)
{
    gnutls_datum_t bound;
    bool fine;

    begin_tls(chunk_index);
    memory_spare(true);
    peer_header(p,
                UP_OFFER(MECHANISM("SCRAM-SHA-1") MECHANISM("SCRAM-SHA-1-PLUS"))
                    BINDINGS(EXPORTER));
    expect_authenticate("SCRAM-SHA-1-PLUS", UPGRADES);
    bound = channel();
    fine = scram_begin(&server, GNUTLS_MAC_SHA1, PEER_PASSWORD, peer_last(p));
    CLAIM(fine);
    challenge(scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
    fine = scram_check(&server, peer_last(p), bound.data, bound.size);
    CLAIM(fine);
    gnutls_free(bound.data);
    memory_spare(false);
}

static void task_data(const char *iterations, const char *salt)
{
    peer_sendf(p,
               "<task-data xmlns='" NS_SASL2 "'><salt xmlns='" NS_UP
               "' iterations='%s'>%s</salt></task-data>",
               iterations, salt);
}

/* What is handed over is SaltedPassword. */
static void expect_hash(gnutls_mac_algorithm_t mac, unsigned iterations)
{
    static const char salt[] = "salt and pepper";
    gnutls_datum_t password = { (unsigned char *)(uintptr_t)PEER_PASSWORD,
                                sizeof(PEER_PASSWORD) - 1 };
    gnutls_datum_t grain = { (unsigned char *)(uintptr_t)salt,
                             sizeof(salt) - 1 };
    unsigned char hash[64];
    char count[16], pattern[512], *base64;

    base64 = base64_write(salt, strlen(salt));
    snprintf(count, sizeof(count), "%u", iterations);
    task_data(count, base64);
    free(base64);
    gnutls_pbkdf2(mac, &password, &grain, iterations, hash,
                  gnutls_hmac_get_len(mac));
    base64 = base64_write(hash, gnutls_hmac_get_len(mac));
    snprintf(pattern, sizeof(pattern),
             "<task-data xmlns='" NS_SASL2 "'><hash xmlns='" NS_UP
             "'>%s</hash></task-data>",
             base64);
    peer_expect(p, pattern);
    free(base64);
}

static void expect_next(const char *task)
{
    char pattern[256];

    snprintf(pattern, sizeof(pattern), "<next xmlns='" NS_SASL2 "' task='%s'/>",
             task);
    peer_expect(p, pattern);
}

START_TEST(server_gets_what_it_needs_for_a_better_hash)
{
    begin_upgrade(_i);
    proved("continue", server.signature, TASKS(TASK("UPGR-SCRAM-SHA-256")));
    expect_next("UPGR-SCRAM-SHA-256");
    expect_hash(GNUTLS_MAC_SHA256, 4096);
    proved("continue", NULL, TASKS(TASK("UPGR-SCRAM-SHA-512")));
    expect_next("UPGR-SCRAM-SHA-512");
    expect_hash(GNUTLS_MAC_SHA512, 10000);
    proved("success", NULL, ME);
    peer_send(p, ONLINE);
    expect_online(PEER_ACCOUNT "/here");
    CLAIM(strcmp(security(LQ_SECURITY_BINDING), "tls-exporter") == 0);
    end();
}
END_TEST

START_TEST(each_upgrade_is_done_once)
{
    begin_upgrade(_i);
    proved("continue", server.signature, TASKS(TASK("UPGR-SCRAM-SHA-256")));
    expect_next("UPGR-SCRAM-SHA-256");
    expect_hash(GNUTLS_MAC_SHA256, 4096);
    proved("continue", NULL, TASKS(TASK("UPGR-SCRAM-SHA-256")));
    peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
    expect_offline(LQ_E_AUTH, NULL, true);
    end();
}
END_TEST

START_TEST(upgrade_has_the_limits_of_scram)
{
    static const struct {
        const char *iterations, *salt;
    } rows[] = {
        { "4095", "QQ==" },       { "200001", "QQ==" }, { "", "QQ==" },
        { "+4096", "QQ==" },      { " 4096", "QQ==" },  { "1e9", "QQ==" },
        { "4294971392", "QQ==" }, { "-1", "QQ==" },     { "4096", "" },
        { "4096", "!" },          { "4096", "QR==" },   { "4096", " QQ==" },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_upgrade(_i);
        proved("continue", server.signature, TASKS(TASK("UPGR-SCRAM-SHA-512")));
        expect_next("UPGR-SCRAM-SHA-512");
        task_data(rows[i].iterations, rows[i].salt);
        peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
        expect_offline(LQ_E_AUTH, NULL, true);
        end();
    }
}
END_TEST

#define SALTED                                                                 \
    "<task-data xmlns='" NS_SASL2 "'><salt xmlns='" NS_UP                      \
    "' iterations='4096'>QQ==</salt></task-data>"

START_TEST(data_that_no_task_has_asked_for_is_out_of_turn)
{
    enum { PROVED, TASK_BEGUN, TASK_DONE };
    static const struct {
        int stage;
        const char *bytes;
        bool abort;
    } rows[] = {
        { PROVED, SALTED, false },
        { TASK_DONE, SALTED, false },
        { TASK_BEGUN, "<task-data xmlns='" NS_SASL2 "'/>", false },
        { TASK_BEGUN, "<message/>", false },
        { TASK_BEGUN, "<challenge xmlns='" NS_SASL2 "'>QQ==</challenge>",
          true },
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_upgrade(_i);
        if (rows[i].stage >= TASK_BEGUN) {
            proved("continue", server.signature,
                   TASKS(TASK("UPGR-SCRAM-SHA-256")));
            expect_next("UPGR-SCRAM-SHA-256");
        }
        if (rows[i].stage == TASK_DONE) {
            expect_hash(GNUTLS_MAC_SHA256, 4096);
        }
        peer_send(p, rows[i].bytes);
        if (rows[i].abort) {
            peer_expect(p, "<abort xmlns='" NS_SASL2 "'/>");
            expect_offline(LQ_E_AUTH, NULL, true);
        } else {
            expect_fault(LQ_E_PROTOCOL, "unsupported-stanza-type");
        }
        end();
    }
}
END_TEST

START_TEST(upgrade_is_asked_for_only_where_it_is_safe_and_of_use)
{
    begin(NULL, _i); /* it is not bound */
    peer_header(p, UP_OFFER(MECHANISM("SCRAM-SHA-1")));
    expect_authenticate("SCRAM-SHA-1", "");
    CLAIM(lacks("upgrade"));
    end();

    begin_tls(_i); /* half of them is not stronger than what we have */
    peer_header(p, UP_OFFER(PLUS) BINDINGS(EXPORTER));
    expect_authenticate("SCRAM-SHA-256-PLUS", UPGRADE("512"));
    CLAIM(strstr(peer_last(p), "UPGR-SCRAM-SHA-256") == NULL);
    end();
}
END_TEST

/* ---- TLS ---- */

START_TEST(offer_that_contradicts_itself_is_not_answered)
{
    static const char *const rows[] = {
        OFFER(PLUS, BIND2),
        OFFER(PLUS PLAIN, BIND2),
        OFFER(SCRAM, BIND2) BINDINGS(EXPORTER),
        OFFER(PLAIN, BIND2) BINDINGS(EXPORTER),
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_tls(_i);
        peer_header(p, rows[i]);
        expect_offline(LQ_E_AUTH, NULL, true);
        end();
    }
}
END_TEST

START_TEST(bindings_that_nobody_has_need_a_server_that_confirms_them)
{
    char hash[SCRAM_HASH_MAX], tail[SCRAM_HASH_MAX + 8];

    for (int honest = 0; honest < 3; honest++) {
        begin_tls(_i);
        peer_header(p, OFFER(PLUS, BIND2)
                           BINDINGS("<channel-binding type='tls-foo'/>"));
        expect_authenticate("SCRAM-SHA-256", "");
        CLAIM(scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD,
                          peer_last(p)));
        CLAIM(strcmp(server.gs2, "n,,") == 0);
        scram_hash(&server.scram, "SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
                   honest == 2 ? "tls-foo" : "tls-exporter tls-foo", hash);
        snprintf(tail, sizeof(tail), ",h=%s", hash);
        challenge(scram_first(&server, "srv", SCRAM_SALT, "4096",
                              honest == 0 ? "" : tail));
        if (honest == 2) {
            peer_expect(p, "<response xmlns='" NS_SASL2 "'/>");
        } else {
            expect_distrust();
        }
        end();
    }
}
END_TEST

START_TEST(token_is_bound_where_that_is_offered)
{
    gnutls_datum_t bound;
    const char *initial;
    char text[512] = "";
    ht h = { .token = "t", .user = "romeo" };

    begin_tls(_i);
    peer_header(p,
                OFFER(PLUS, BIND2 FAST("HT-SHA-256-EXPR")) BINDINGS(EXPORTER));
    expect_authenticate("SCRAM-SHA-256-PLUS",
                        "<request-token xmlns='" NS_FAST
                        "' mechanism='HT-SHA-256-EXPR'/>");
    scram_go_on(SCRAM_SALT);
    succeed(ME TOKEN("t", LATER));
    peer_lose(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_TLS);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_1_3);
    peer_expect_text(p, "<stream:stream");
    expect_authenticate("HT-SHA-256-EXPR", "<fast xmlns='" NS_FAST "'/>");
    bound = channel();
    if (bound.size > 0) {
        binding_put(&h.bindings, "tls-exporter", bound.data, bound.size);
    }
    gnutls_free(bound.data);
    initial = child("initial-response");
    if (initial != NULL) {
        element_text(initial, text, sizeof(text));
    }
    CLAIM(ht_client(&h, "HT-SHA-256-EXPR", text) == NULL);
    peer_sendf(
        p,
        PEER_HEADER
        "<stream:features>" OFFER(PLUS, BIND2 FAST("HT-SHA-256-EXPR"))
            BINDINGS(EXPORTER) "</stream:features>"
                               "<success xmlns='" NS_SASL2
                               "'><additional-data>%s</additional-data>" ME
                               "</success>" ONLINE,
        h.answer);
    expect_online(PEER_ACCOUNT "/here");
    CLAIM(strcmp(security(LQ_SECURITY_BINDING), "tls-exporter") == 0);
    end();
}
END_TEST

/* The pin of this login would forbid it. */
START_TEST(no_token_is_asked_for_that_could_not_be_used)
{
    begin_tls(_i);
    peer_header(p,
                OFFER(PLUS, BIND2 FAST("HT-SHA-256-NONE")) BINDINGS(EXPORTER));
    expect_authenticate("SCRAM-SHA-256-PLUS", "");
    CLAIM(lacks("request-token"));
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        login_is_one_stream,
        resource_may_be_bound_the_old_way,
        session_of_old_is_not_asked_for,
        proof_may_come_as_a_challenge,
        identity_may_have_its_older_name,
        agent_is_as_the_program_says,
        agent_has_a_name_of_its_own_that_stays,
        setters_refuse_what_cannot_be,
        success_needs_proof_and_our_account,
        success_before_the_proof_is_not_believed,
        nothing_follows_what_is_done,
        nothing_else_is_said_meanwhile,
        nothing_else_is_said_before_the_features,
        blanks_do_no_harm,
        refusal_is_told,
        oauth_refusal_is_acknowledged,
        oauth_success_after_a_refusal_is_a_lie,
        secret_that_is_too_long_ends_the_stream,
        token_is_asked_for_used_and_rotated,
        token_is_taken_only_where_one_was_asked_for,
        token_that_has_expired_is_not_used,
        token_that_is_refused_gives_way_to_the_password,
        token_survives_what_is_not_its_fault,
        token_does_not_outlive_its_mechanism,
        server_must_know_the_token_too,
        token_does_not_shut_out_the_password_that_it_was_given_for,
        password_is_not_told_on_a_guess,
        guess_by_an_old_version_is_made_good,
        guess_is_made_good_once,
        guess_of_another_offer_is_made_good,
        guess_that_was_right_and_is_refused_is_refused,
        guess_may_be_right_though_the_offer_is_another,
        offer_that_got_worse_ends_a_guess,
        server_must_offer_before_it_answers,
        guess_that_ended_the_connection_is_not_made_again,
        absence_that_was_told_in_the_login_ends_all_the_same,
        password_is_asked_for_when_the_keys_do_not_fit,
        nobody_is_who_the_server_says,
        nobody_is_nobody_elsewhere,
        task_that_we_cannot_do_is_named,
        tasks_need_proof_of_the_server,
        server_gets_what_it_needs_for_a_better_hash,
        each_upgrade_is_done_once,
        upgrade_has_the_limits_of_scram,
        data_that_no_task_has_asked_for_is_out_of_turn,
        upgrade_is_asked_for_only_where_it_is_safe_and_of_use,
        offer_that_contradicts_itself_is_not_answered,
        bindings_that_nobody_has_need_a_server_that_confirms_them,
        token_is_bound_where_that_is_offered,
        no_token_is_asked_for_that_could_not_be_used,
        NULL,
    };

    return suite_main_tortured("sasl2", tests);
}
