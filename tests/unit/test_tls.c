/* test_tls.c - what protects the talk, and what is not said without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "peer.h"
#include "scram_server.h"
#include "suite.h"
#include "tlspeer.h"

#define NS_TLS           "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL          "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND          "urn:ietf:params:xml:ns:xmpp-bind"
#define STARTTLS         "<starttls xmlns='" NS_TLS "'/>"
#define PROCEED          "<proceed xmlns='" NS_TLS "'/>"
#define SUCCESS          "<success xmlns='" NS_SASL "'/>"
#define BIND             "<bind xmlns='" NS_BIND "'/>"
#define BOUND            "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>"
#define THE_END          "</stream:stream>"
#define MECHANISM(name)  "<mechanism>" name "</mechanism>"
#define MECHANISMS(list) "<mechanisms xmlns='" NS_SASL "'>" list "</mechanisms>"
#define PLAIN            MECHANISMS(MECHANISM("PLAIN"))
#define SCRAM            MECHANISMS(MECHANISM("SCRAM-SHA-256"))
#define PLUS                                                                   \
    MECHANISMS(MECHANISM("SCRAM-SHA-256") MECHANISM("SCRAM-SHA-256-PLUS"))
#define BINDINGS                                                               \
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"                        \
    "<channel-binding type='tls-exporter'/></sasl-channel-binding>"

static peer *p;
static tlspeer tls;
static scram_server server;

/* ---- helpers ---- */

static lq_config *usual(void)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    memory_spare(false);
    return config;
}

/* A stream for CONFIG with a plain transport. */
/* The context's clock says that it is so many SECONDS after the day began. */
static void set_wallclock(long seconds)
{
    lq_context_set_wallclock(p->context, ((int64_t)time(NULL) + seconds) * 1000,
                             p->now);
}

static void begin(lq_config *config, int chunk_index)
{
    memory_spare(true);
    tlspeer_set_clock(0);
    p = peer_new(config, chunk_index);
    lq_config_free(config);
    set_wallclock(0);
    memory_spare(false);
}

static void end(void)
{
    tlspeer_end(&tls);
    peer_quiet(p);
    peer_close(p);
}

/* As far as the server's side of the handshake. */
static void connect_with(int transport, int kind, const char *priority)
{
    peer_connect(p, transport);
    if (transport == LQ_TRANSPORT_STARTTLS) {
        peer_header(p, STARTTLS PLAIN);
        CLAIM(strstr(peer_last(p), " from=") == NULL); /* nobody else's */
        peer_expect(p, STARTTLS);
        peer_send(p, PROCEED);
    }
    tlspeer_begin(&tls, p, kind, priority);
}

static void begin_with(int transport, int kind, const char *priority,
                       int chunk_index)
{
    begin(usual(), chunk_index);
    connect_with(transport, kind, priority);
}

static void begin_usual(int chunk_index)
{
    begin_with(LQ_TRANSPORT_STARTTLS, TLSPEER_GOOD, TLSPEER_ANY, chunk_index);
}

static bool says(const char *text, const char *word)
{
    bool found = text != NULL && strstr(text, word) != NULL;

    ck_assert_msg(found || memory_is_tortured(), "\"%s\" does not say \"%s\"",
                  text, word);
    return found;
}

static void expect_offline(int code, bool final)
{
    const lq_event *event;

    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_CLOSE);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(event->error == code);
    if (final) {
        peer_event(p, LQ_EVENT_CLOSED);
    }
    CLAIM(lq_stream_state(p->stream) ==
          (final ? LQ_STATE_CLOSED : LQ_STATE_WAITING));
}

static const lq_failure *failure(void) { return lq_stream_failure(p->stream); }

static void bind_resource(void)
{
    peer_header(p, BIND);
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    peer_reply(p, BOUND);
    peer_event(p, LQ_EVENT_ONLINE);
}

static void login_plain(void)
{
    peer_header(p, PLAIN);
    CLAIM(strstr(peer_last(p), " from='romeo@example.net'") != NULL);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'/>");
    peer_send(p, SUCCESS);
    bind_resource();
}

/* SCRAM as NAME (which is offered in FEATURES) until the proof; GS2 is what
 * it says of channel binding.  True: the proof is right. */
static bool scram_prove(const char *features, const char *name, const char *gs2)
{
    gnutls_datum_t binding = { NULL, 0 };
    char pattern[256];
    bool fine;

    snprintf(pattern, sizeof(pattern),
             "<auth xmlns='" NS_SASL "' mechanism='%s'/>", name);
    peer_header(p, features);
    peer_expect(p, pattern);
    fine = scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p));
    CLAIM(fine && strcmp(server.gs2, gs2) == 0);
    peer_sendf(p, "<challenge xmlns='" NS_SASL "'>%s</challenge>",
               scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    if (gs2[0] == 'p') {
        gnutls_session_channel_binding(tls.session, GNUTLS_CB_TLS_EXPORTER,
                                       &binding);
    }
    fine = scram_check(&server, peer_last(p), binding.data, binding.size);
    gnutls_free(binding.data);
    return fine;
}

static void scram_succeed(void)
{
    peer_sendf(p, "<success xmlns='" NS_SASL "'>%s</success>",
               scram_encode(&server, server.signature));
    bind_resource();
}

/* ---- good days ---- */

typedef struct way {
    int transport;
    const char *priority, *protocol;
} way;

static const way ways[] = {
    { LQ_TRANSPORT_STARTTLS, TLSPEER_1_3, "TLS1.3" },
    { LQ_TRANSPORT_STARTTLS, TLSPEER_1_2, "TLS1.2" },
    { LQ_TRANSPORT_TLS, TLSPEER_1_3, "TLS1.3" },
    { LQ_TRANSPORT_TLS, TLSPEER_1_2, "TLS1.2" },
};

static const char *security(int which)
{
    const char *text = lq_stream_security(p->stream, which);

    return text == NULL ? "" : text;
}

START_TEST(login_is_bound_to_its_channel)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin_with(ways[i].transport, TLSPEER_GOOD, ways[i].priority, _i);
        CLAIM(scram_prove(PLUS BINDINGS, "SCRAM-SHA-256-PLUS",
                          "p=tls-exporter,,"));
        scram_succeed();
        CLAIM(strcmp(security(LQ_SECURITY_PROTOCOL), ways[i].protocol) == 0);
        CLAIM(strcmp(security(LQ_SECURITY_MECHANISM), "SCRAM-SHA-256-PLUS") ==
              0);
        CLAIM(strcmp(security(LQ_SECURITY_BINDING), "tls-exporter") == 0);
        CLAIM(security(LQ_SECURITY_CIPHER)[0] != '\0');
        end();
    }
}
END_TEST

START_TEST(server_is_told_which_domain_is_meant)
{
    gnutls_datum_t alpn = { NULL, 0 };
    char name[256] = "";
    size_t size = sizeof(name);
    unsigned type;

    begin_with(LQ_TRANSPORT_TLS, TLSPEER_GOOD, TLSPEER_ANY, _i);
    gnutls_alpn_set_protocols(
        tls.session, &(gnutls_datum_t){ (unsigned char *)"xmpp-client", 11 }, 1,
        0);
    login_plain();
    gnutls_server_name_get(tls.session, name, &size, &type, 0);
    CLAIM(strcmp(name, "example.net") == 0);
    CLAIM(gnutls_alpn_get_selected_protocol(tls.session, &alpn) == 0);
    CLAIM(alpn.size == 11);
    end();
}
END_TEST

START_TEST(stanzas_of_many_records_pass)
{
    enum { SIZE = 100000 };
    lq_builder *b;
    char *text;

    begin_usual(_i);
    login_plain();
    text = calloc(SIZE + 1, 1);
    memset(text, 'x', SIZE);
    b = lq_build_message(p->stream, LQ_CHAT, "a@example.org");
    lq_build_child(b, "body", NULL, text);
    lq_stream_send(p->stream, b);
    peer_expect(p, "<message type='chat'/>");
    CLAIM(strstr(peer_last(p), text) != NULL);
    peer_expect(p, "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    if (_i > 0) {
        peer_sendf(p, "<message><body>%s</body></message>", text);
        peer_event(p, LQ_EVENT_MESSAGE);
        CLAIM(strcmp(lq_message_body(p->event.stanza, NULL), text) == 0);
    }
    free(text);
    end();
}
END_TEST

START_TEST(password_is_asked_for_on_a_protected_stream_only)
{
    lq_config *config = usual();

    lq_config_set_password(config, NULL);
    begin(config, _i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_header(p, STARTTLS PLAIN);
    peer_expect(p, STARTTLS);
    CLAIM(lq_stream_event(p->stream) == NULL);
    peer_send(p, PROCEED);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_ANY);
    peer_header(p, PLAIN);
    peer_event(p, LQ_EVENT_QUERY);
    lq_stream_set_password(p->stream, p->now, PEER_PASSWORD);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
                   "AHJvbWVvAFdoZXJlZm9yZQ==</auth>");
    end();
}
END_TEST

/* ---- certificates ---- */

static const char *const reasons[TLSPEER_KINDS] = {
    [TLSPEER_EXPIRED] = "expired",
    [TLSPEER_EARLY] = "not yet",
    [TLSPEER_OTHER] = "name",
    [TLSPEER_SELF_SIGNED] = "issuer is unknown",
    [TLSPEER_STRANGER] = "issuer is unknown",
};

/* The server must not have heard a word. */
static void expect_refusal(const char *reason)
{
    expect_offline(LQ_E_TLS, true);
    CLAIM(lq_failure_layer(failure()) == LQ_LAYER_TLS);
    CLAIM(strcmp(lq_failure_condition(failure()), "bad-certificate") == 0);
    says(lq_failure_message(failure()), "example.net");
    says(lq_failure_message(failure()), reason);
    says(lq_failure_text(failure()), "subject");
    CLAIM(tls.heard == 0 && !tls.established);
    CLAIM(tls.error == GNUTLS_E_FATAL_ALERT_RECEIVED);
    CLAIM(security(LQ_SECURITY_PROTOCOL)[0] == '\0');
}

START_TEST(certificate_that_does_not_verify_ends_it_before_a_word)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        for (int kind = TLSPEER_GOOD + 1; kind < TLSPEER_KINDS; kind++) {
            begin_with(ways[i].transport, kind, ways[i].priority, _i);
            free(peer_take(p));
            expect_refusal(reasons[kind]);
            end();
        }
    }
}
END_TEST

/* Its reason is REASON. */
static lq_id expect_question_why(int kind, const char *reason)
{
    const lq_event *event;

    free(peer_take(p)); /* the handshake as far as it goes */
    event = peer_event(p, LQ_EVENT_QUERY);
    CLAIM(lq_event_question(event) == LQ_QUESTION_CERTIFICATE);
    CLAIM(strcmp(lq_event_fingerprint(event), tlspeer_fingerprint(kind)) == 0);
    if (event != NULL) {
        says(lq_event_distrust(event), reason);
    }
    CLAIM(!tls.established && tls.heard == 0);
    CLAIM(!lq_stream_can_recv(p->stream));
    return event == NULL ? 0 : event->id;
}

static lq_id expect_question(int kind)
{
    return expect_question_why(kind, reasons[kind]);
}

static lq_id begin_asking(const way *w, int kind, int chunk_index)
{
    lq_config *config = usual();

    lq_config_set_ask_trust(config, true);
    begin(config, chunk_index);
    connect_with(w->transport, kind, w->priority);
    return expect_question(kind);
}

START_TEST(handshake_stands_still_until_the_program_trusts)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        lq_id id = begin_asking(&ways[i], TLSPEER_SELF_SIGNED, _i);

        peer_wait(p, 200000); /* people need time */
        peer_quiet(p);
        CLAIM(!tls.established && tls.heard == 0);
        CLAIM(lq_stream_wish(p->stream) == LQ_WISH_KEEP);
        CLAIM_IS(lq_stream_trust(p->stream, p->now, id + 1, true), LQ_E_STATE);
        CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_OK);
        CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_E_STATE);
        login_plain();
        end();
    }
}
END_TEST

START_TEST(certificate_that_the_program_refuses_ends_it)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        lq_id id = begin_asking(&ways[i], TLSPEER_OTHER, _i);

        CLAIM_IS(lq_stream_trust(p->stream, p->now, id, false), LQ_OK);
        expect_refusal("name");
        end();
    }
}
END_TEST

START_TEST(certificate_that_nobody_judges_is_refused)
{
    begin_asking(&ways[0], TLSPEER_EXPIRED, _i);
    peer_wait(p, 300000);
    expect_refusal("expired");
    end();
}
END_TEST

START_TEST(trust_is_for_this_connection_only)
{
    lq_id id = begin_asking(&ways[0], TLSPEER_STRANGER, _i);

    lq_stream_trust(p->stream, p->now, id, true);
    login_plain();
    peer_lose(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
    connect_with(LQ_TRANSPORT_STARTTLS, TLSPEER_STRANGER, TLSPEER_ANY);
    id = expect_question(TLSPEER_STRANGER);
    peer_lose(p);
    CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_E_STATE);
    peer_event(p, LQ_EVENT_OFFLINE);
    end();
}
END_TEST

START_TEST(good_certificate_raises_no_question)
{
    lq_config *config = usual();

    lq_config_set_ask_trust(config, true);
    begin(config, _i);
    connect_with(LQ_TRANSPORT_STARTTLS, TLSPEER_GOOD, TLSPEER_ANY);
    login_plain();
    end();
}
END_TEST

/* ---- before encryption ---- */

/* ---- handshakes that fail ---- */

START_TEST(server_that_speaks_old_tls_only_is_refused)
{
    begin_with(LQ_TRANSPORT_TLS, TLSPEER_GOOD,
               "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0", _i);
    free(peer_take(p));
    expect_offline(LQ_E_TLS, false);
    CLAIM(lq_failure_text(failure())[0] != '\0');
    CLAIM(!tls.established);
    end();
}
END_TEST

START_TEST(server_that_speaks_no_tls_is_refused)
{
    begin(usual(), _i);
    peer_connect(p, LQ_TRANSPORT_TLS);
    free(peer_take(p)); /* the ClientHello */
    peer_send(p, "HTTP/1.1 400 Bad Request\r\n\r\n");
    free(peer_take(p));
    expect_offline(LQ_E_TLS, false);
    end();
}
END_TEST

START_TEST(handshake_has_its_time)
{
    begin(usual(), _i);
    peer_connect(p, LQ_TRANSPORT_TLS);
    peer_wait(p, 30000);
    free(peer_take(p));
    expect_offline(LQ_E_DEAD, false);
    end();
}
END_TEST

START_TEST(handshake_may_be_stopped)
{
    begin(usual(), _i);
    peer_connect(p, LQ_TRANSPORT_TLS);
    free(peer_take(p));
    lq_stream_stop(p->stream, p->now);
    expect_offline(LQ_OK, true);
    end();

    begin_asking(&ways[0], TLSPEER_OTHER, _i);
    lq_stream_stop(p->stream, p->now);
    expect_offline(LQ_OK, true);
    CLAIM(tls.heard == 0);
    end();
}
END_TEST

/* ---- channel binding ---- */

START_TEST(server_without_binding_is_logged_in_to_all_the_same)
{
    begin_usual(_i);
    CLAIM(scram_prove(SCRAM, "SCRAM-SHA-256", "y,,"));
    scram_succeed();
    end();
}
END_TEST

static void refuse(void)
{
    peer_send(p, "<failure xmlns='" NS_SASL "'><not-authorized/></failure>");
}

/* The next attempt is bound as GS2 says. */
static void expect_attempt(const char *gs2)
{
    bool fine;

    peer_expect(p,
                "<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-256-PLUS'/>");
    fine = scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p));
    CLAIM(fine && strcmp(server.gs2, gs2) == 0);
}

START_TEST(bindings_that_are_not_announced_are_tried_but_not_given_up)
{
    begin_usual(_i);
    scram_prove(PLUS, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    refuse();
    expect_attempt("p=tls-server-end-point,,");
    refuse();
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, false);
    says(lq_failure_message(failure()), "TLS 1.2");
    tlspeer_end(&tls);
    connect_with(LQ_TRANSPORT_STARTTLS, TLSPEER_GOOD, TLSPEER_ANY);
    peer_header(p, PLUS);
    expect_attempt("p=tls-unique,,");
    CLAIM(strcmp(security(LQ_SECURITY_PROTOCOL), "TLS1.2") == 0);
    refuse();
    expect_attempt("p=tls-exporter,,");
    refuse();
    expect_attempt("p=tls-server-end-point,,");
    refuse();
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, true);
    end();
}
END_TEST

START_TEST(binding_that_was_announced_is_not_given_up)
{
    begin_usual(_i);
    scram_prove(PLUS BINDINGS, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    refuse();
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, true);
    CLAIM(strcmp(lq_failure_condition(failure()), "not-authorized") == 0);
    end();
}
END_TEST

/* A bound login, a loss, and the handshake after it. */
static void login_bound(void)
{
    CLAIM(scram_prove(PLUS, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,"));
    scram_succeed();
    peer_lose(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
    connect_with(LQ_TRANSPORT_STARTTLS, TLSPEER_GOOD, TLSPEER_ANY);
}

START_TEST(binding_that_has_worked_is_not_given_up)
{
    begin_usual(_i);
    login_bound();
    scram_prove(PLUS, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    refuse();
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, true);
    end();

    begin_usual(_i);
    login_bound();
    peer_header(p, SCRAM);              /* as if there were none */
    expect_attempt("p=tls-exporter,,"); /* which was sent before that came */
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, true);
    end();
}
END_TEST

/* ---- sessions that are resumed ---- */

static void lose(void)
{
    peer_lose(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
}

/* To a server that gives tickets and takes them. */
static void connect_resuming(const way *w, int kind)
{
    connect_with(w->transport, kind, w->priority);
    tlspeer_take_tickets(&tls);
}

/* A login to such a server, and its loss: there is a session to resume. */
static void begin_known(const way *w, int chunk_index)
{
    begin(usual(), chunk_index);
    connect_resuming(w, TLSPEER_GOOD);
    login_plain();
    CLAIM(!tlspeer_is_resumed(&tls));
    lose();
}

static void login_and_lose(bool resumed)
{
    login_plain();
    CLAIM(tlspeer_is_resumed(&tls) == resumed);
    lose();
}

START_TEST(next_connection_resumes_the_session)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin_known(&ways[i], _i);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_plain();
        CLAIM(tlspeer_is_resumed(&tls));
        CLAIM(strcmp(security(LQ_SECURITY_PROTOCOL), ways[i].protocol) == 0);
        CLAIM(security(LQ_SECURITY_CIPHER)[0] != '\0');
        end();
    }
}
END_TEST

START_TEST(session_outlives_a_stop)
{
    begin(usual(), _i);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_plain();
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    peer_send(p, THE_END);
    expect_offline(LQ_OK, true);
    tlspeer_end(&tls);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_plain();
    CLAIM(tlspeer_is_resumed(&tls));
    end();
}
END_TEST

START_TEST(each_stream_has_its_own_session)
{
    begin_known(&ways[0], _i);
    peer_close(p);
    begin(usual(), _i);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_plain();
    CLAIM(!tlspeer_is_resumed(&tls));
    end();
}
END_TEST

/* Each connection brings the ticket for the next. */
START_TEST(newer_ticket_is_used_next)
{
    begin_known(&ways[0], _i);
    for (int i = 0; i < 3; i++) {
        connect_resuming(&ways[0], TLSPEER_GOOD);
        login_and_lose(true);
    }
    end();
}
END_TEST

START_TEST(what_was_verified_nobody_knows_when_is_not_resumed)
{
    begin(usual(), _i);
    lq_context_set_wallclock(p->context, LQ_NEVER, p->now);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_and_lose(false);
    set_wallclock(0);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_and_lose(false);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_and_lose(true);
    end();
}
END_TEST

START_TEST(ticket_is_used_once)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin_known(&ways[i], _i);
        connect_with(ways[i].transport, TLSPEER_GOOD, ways[i].priority);
        login_and_lose(false); /* it was not taken, and no other came */
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_and_lose(false);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_and_lose(true);
        end();
    }
}
END_TEST

START_TEST(handshake_that_broke_has_used_its_ticket)
{
    begin_known(&ways[2], _i);
    peer_connect(p, LQ_TRANSPORT_TLS);
    free(peer_take(p)); /* the ClientHello, with the ticket in it */
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    connect_resuming(&ways[2], TLSPEER_GOOD);
    login_and_lose(false);
    end();
}
END_TEST

START_TEST(ticket_that_is_refused_leads_to_a_full_handshake)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin_known(&ways[i], _i);
        tlspeer_forget_tickets();
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_and_lose(false);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_and_lose(true);
        end();
    }
}
END_TEST

START_TEST(full_handshake_after_a_refused_ticket_verifies)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        for (int kind = TLSPEER_GOOD + 1; kind < TLSPEER_KINDS; kind++) {
            begin_known(&ways[i], _i);
            tlspeer_forget_tickets();
            connect_resuming(&ways[i], kind);
            free(peer_take(p));
            expect_refusal(reasons[kind]);
            end();
        }
    }
}
END_TEST

START_TEST(what_only_the_program_vouched_for_is_not_resumed)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        lq_config *config = usual();
        lq_id id;

        lq_config_set_ask_trust(config, true);
        begin(config, _i);
        for (int round = 0; round < 3; round++) {
            connect_resuming(&ways[i], TLSPEER_STRANGER);
            id = expect_question(TLSPEER_STRANGER);
            CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_OK);
            login_and_lose(false);
        }
        end();
    }
}
END_TEST

START_TEST(what_verified_raises_no_question_when_resumed)
{
    lq_config *config = usual();

    lq_config_set_ask_trust(config, true);
    begin(config, _i);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_and_lose(false);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_and_lose(true);
    end();
}
END_TEST

START_TEST(login_is_bound_to_a_resumed_channel)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        bool proven;

        begin(usual(), _i);
        for (int round = 0; round < 2; round++) {
            connect_resuming(&ways[i], TLSPEER_GOOD);
            proven = scram_prove(PLUS BINDINGS, "SCRAM-SHA-256-PLUS",
                                 "p=tls-exporter,,");
            CLAIM(proven);
            scram_succeed();
            CLAIM(tlspeer_is_resumed(&tls) == (round == 1));
            CLAIM(strcmp(security(LQ_SECURITY_BINDING), "tls-exporter") == 0);
            lose();
        }
        end();
    }
}
END_TEST

/* ---- whether a session is resumed at all ---- */

enum { HOUR = 60 * 60 };

/* GnuTLS's clock tells whether it looks: at the first login the certificate is
 * good for an hour more, and at the second has been expired for one. */
static void begin_expiring(const way *w, bool ask, int chunk_index)
{
    lq_config *config = usual();

    lq_config_set_ask_trust(config, ask);
    begin(config, chunk_index);
    tlspeer_set_clock(TLSPEER_GOOD_FOR - HOUR);
    connect_resuming(w, TLSPEER_GOOD);
    login_and_lose(false);
    tlspeer_set_clock(TLSPEER_GOOD_FOR + HOUR);
}

typedef struct age {
    bool has_clock;
    long clock;   /* the context's, in seconds from now */
    lq_time past; /* ms since the first login */
    bool looks;
} age;

static const age ages[] = {
    { true, 0, 0, false },
    { true, TLSPEER_GOOD_FOR - HOUR, 0, false },
    { true, -HOUR, 0, true }, /* somebody has set it back */
    { true, TLSPEER_GOOD_FOR + 1, 0, true },
    { true, TLSPEER_GOOD_FOR * 1000L, 0, true },
    { true, 0, 23 * HOUR * 1000, false },
    { true, 0, 24 * HOUR * 1000, true }, /* the verdict is a day old */
    { false, 0, 0, true },
};

static void grow_old(const age *a)
{
    p->now += a->past;
    if (a->has_clock) {
        set_wallclock(a->clock);
    } else {
        lq_context_set_wallclock(p->context, LQ_NEVER, p->now);
    }
}

START_TEST(session_that_may_have_expired_is_not_resumed)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        for (size_t k = 0; k < LQ_COUNT(ages); k++) {
            begin_expiring(&ways[i], false, _i);
            grow_old(&ages[k]);
            connect_resuming(&ways[i], TLSPEER_GOOD);
            if (ages[k].looks) {
                free(peer_take(p));
                expect_refusal("expired");
            } else {
                login_plain();
            }
            CLAIM(tlspeer_is_resumed(&tls) == !ages[k].looks);
            end();
        }
    }
}
END_TEST

START_TEST(full_handshake_takes_the_place_of_an_old_session)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        for (size_t k = 0; k < LQ_COUNT(ages); k++) {
            begin_known(&ways[i], _i);
            grow_old(&ages[k]);
            connect_resuming(&ways[i], TLSPEER_GOOD);
            login_plain();
            CLAIM(tlspeer_is_resumed(&tls) == !ages[k].looks);
            end();
        }
    }
}
END_TEST

/* The verdict ages from when it was given, however often it is used. */
START_TEST(verdict_does_not_grow_younger_by_being_used)
{
    begin(usual(), _i);
    tlspeer_set_clock(TLSPEER_GOOD_FOR - HOUR);
    for (int i = 0; i < 3; i++) {
        set_wallclock(0);
        connect_resuming(&ways[0], TLSPEER_GOOD);
        login_and_lose(i > 0);
        p->now += 8 * HOUR * 1000;
        tlspeer_set_clock(TLSPEER_GOOD_FOR + HOUR);
    }
    set_wallclock(0);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    free(peer_take(p));
    expect_refusal("expired");
    end();
}
END_TEST

START_TEST(doubt_about_an_old_session_is_asked_about)
{
    lq_id id;

    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin_expiring(&ways[i], true, _i);
        set_wallclock(TLSPEER_GOOD_FOR + HOUR);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        id = expect_question_why(TLSPEER_GOOD, "expired");
        CLAIM_IS(lq_stream_trust(p->stream, p->now, id, true), LQ_OK);
        login_and_lose(false);
        end();
    }
}
END_TEST

/* ---- the end ---- */

START_TEST(close_notify_follows_the_closing_tags)
{
    begin_usual(_i);
    login_plain();
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    CLAIM(!tls.closed);
    peer_send(p, THE_END);
    expect_offline(LQ_OK, true);
    CLAIM(tls.closed);
    end();
}
END_TEST

START_TEST(close_notify_follows_our_two_seconds_too)
{
    begin_usual(_i);
    login_plain();
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    peer_wait(p, 2000);
    expect_offline(LQ_OK, true);
    CLAIM(tls.closed);
    end();
}
END_TEST

START_TEST(last_words_are_encrypted)
{
    begin_usual(_i);
    login_plain();
    peer_send(p, "<a></b>");
    CLAIM(lq_stream_event(p->stream) == NULL);
    peer_expect(p, "<stream:error/>");
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_XML, false);
    CLAIM(tls.closed);
    end();
}
END_TEST

START_TEST(end_without_closing_tags_is_a_loss)
{
    begin_usual(_i);
    login_plain();
    tlspeer_bye(&tls);
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_NET, false);
    end();

    begin_usual(_i);
    login_plain();
    peer_send(p, "<message/>");
    lq_stream_disconnected(p->stream, p->now, 0); /* truncated */
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(peer_event(p, LQ_EVENT_OFFLINE)->error == LQ_E_NET);
    end();
}
END_TEST

START_TEST(record_that_was_tampered_with_ends_the_connection)
{
    static const char record[] = "\x17\x03\x03\x00\x20"
                                 "0123456789abcdef0123456789abcdef";

    begin_usual(_i);
    login_plain();
    peer_offer(p, record, sizeof(record) - 1);
    expect_offline(LQ_E_TLS, false);
    end();
}
END_TEST

/* ---- memory ---- */

static void life(void)
{
    begin_usual(2);
    scram_prove(PLUS BINDINGS, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,");
    scram_succeed();
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    tlspeer_end(&tls);
    peer_close(p);
}

static void doubt(void)
{
    lq_id id = begin_asking(&ways[0], TLSPEER_SELF_SIGNED, 2);

    lq_stream_trust(p->stream, p->now, id, true);
    free(peer_take(p));
    tlspeer_end(&tls);
    peer_close(p);
}

/* What is kept for the next handshake, and the next handshake. */
static void second_life(void)
{
    memory_spare(true);
    begin(usual(), 2);
    memory_spare(true);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_plain();
    memory_spare(false);
    lose();
    connect_resuming(&ways[0], TLSPEER_GOOD);
    login_plain();
    lose();
    peer_close(p);
}

/* The same with a look at the certificate, which does not like it. */
static void second_doubt(void)
{
    memory_spare(true);
    begin_expiring(&ways[0], false, 2);
    connect_resuming(&ways[0], TLSPEER_GOOD);
    memory_spare(false);
    free(peer_take(p));
    peer_hang_up(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_close(p);
}

START_TEST(tls_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        memory_torture(life);
        memory_torture(doubt);
    }
}
END_TEST

START_TEST(resuming_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        memory_torture(second_life);
        memory_torture(second_doubt);
    }
}
END_TEST

START_TEST(session_that_there_is_no_memory_for_is_not_kept)
{
    for (size_t i = 0; i < LQ_COUNT(ways); i++) {
        begin(usual(), _i);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_plain();
        memory_fail(1, true);
        peer_lose(p);
        memory_fail(0, false);
        tlspeer_end(&tls);
        peer_event(p, LQ_EVENT_OFFLINE);
        connect_resuming(&ways[i], TLSPEER_GOOD);
        login_and_lose(false);
        end();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        login_is_bound_to_its_channel,
        server_is_told_which_domain_is_meant,
        stanzas_of_many_records_pass,
        password_is_asked_for_on_a_protected_stream_only,
        certificate_that_does_not_verify_ends_it_before_a_word,
        handshake_stands_still_until_the_program_trusts,
        certificate_that_the_program_refuses_ends_it,
        certificate_that_nobody_judges_is_refused,
        trust_is_for_this_connection_only,
        good_certificate_raises_no_question,
        server_that_speaks_old_tls_only_is_refused,
        server_that_speaks_no_tls_is_refused,
        handshake_has_its_time,
        handshake_may_be_stopped,
        server_without_binding_is_logged_in_to_all_the_same,
        bindings_that_are_not_announced_are_tried_but_not_given_up,
        binding_that_was_announced_is_not_given_up,
        binding_that_has_worked_is_not_given_up,
        next_connection_resumes_the_session,
        session_outlives_a_stop,
        each_stream_has_its_own_session,
        newer_ticket_is_used_next,
        what_was_verified_nobody_knows_when_is_not_resumed,
        ticket_is_used_once,
        handshake_that_broke_has_used_its_ticket,
        ticket_that_is_refused_leads_to_a_full_handshake,
        full_handshake_after_a_refused_ticket_verifies,
        what_only_the_program_vouched_for_is_not_resumed,
        what_verified_raises_no_question_when_resumed,
        login_is_bound_to_a_resumed_channel,
        session_that_may_have_expired_is_not_resumed,
        full_handshake_takes_the_place_of_an_old_session,
        verdict_does_not_grow_younger_by_being_used,
        doubt_about_an_old_session_is_asked_about,
        close_notify_follows_the_closing_tags,
        close_notify_follows_our_two_seconds_too,
        last_words_are_encrypted,
        end_without_closing_tags_is_a_loss,
        record_that_was_tampered_with_ends_the_connection,
        tls_survives_any_allocation_that_fails,
        resuming_survives_any_allocation_that_fails,
        session_that_there_is_no_memory_for_is_not_kept,
        NULL,
    };

    return suite_main_chunked("tls", tests);
}
