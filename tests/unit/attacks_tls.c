/* attacks_tls.c - what somebody on the way can say before TLS, and where he can
 * send us. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attacks.h"
#include "base/array.h"
#include "peer.h"
#include "scram_server.h"
#include "suite.h"
#include "tlspeer.h"

#define NS_TLS    "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL   "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND   "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_SM     "urn:xmpp:sm:3"
#define STARTTLS  "<starttls xmlns='" NS_TLS "'/>"
#define PROCEED   "<proceed xmlns='" NS_TLS "'/>"
#define SUCCESS   "<success xmlns='" NS_SASL "'/>"
#define BIND      "<bind xmlns='" NS_BIND "'/>"
#define BOUND     "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>"
#define SM        "<sm xmlns='" NS_SM "'/>"
#define THE_END   "</stream:stream>"
#define MECHANISMS(name)                                                       \
    "<mechanisms xmlns='" NS_SASL "'><mechanism>" name                         \
    "</mechanism></mechanisms>"
#define PLAIN MECHANISMS("PLAIN")
#define SCRAM MECHANISMS("SCRAM-SHA-256")
#define REDIRECT(to)                                                           \
    "<stream:error><see-other-host xmlns='" NS_ERRORS "'>" to                  \
    "</see-other-host></stream:error>"

static peer *p;
static tlspeer tls;

/* ---- helpers ---- */

static void begin(int chunk_index)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    tlspeer_set_clock(0);
    p = peer_new(config, chunk_index);
    lq_config_free(config);
    lq_context_set_wallclock(p->context, (int64_t)time(NULL) * 1000, p->now);
    memory_spare(false);
}

static void end(void)
{
    tlspeer_end(&tls);
    peer_quiet(p);
    peer_close(p);
}

/* In the clear, as far as our wish for TLS. */
static void begin_clear(int chunk_index)
{
    begin(chunk_index);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_header(p, STARTTLS);
    peer_expect(p, STARTTLS);
}

/* Whoever is there, with a certificate of KIND, has the handshake with us. */
static void connect_with(int kind)
{
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_expect_text(p, "<stream:stream to='example.net'");
    CLAIM(strstr(peer_last(p), " from=") == NULL);
    peer_send(p, PEER_HEADER "<stream:features>" STARTTLS "</stream:features>");
    peer_expect(p, STARTTLS);
    peer_send(p, PROCEED);
    tlspeer_begin(&tls, p, kind, TLSPEER_ANY);
}

static const lq_failure *failure(void) { return lq_stream_failure(p->stream); }

static void expect_offline(int code, bool final)
{
    const lq_event *event;

    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(event != NULL && event->error == code);
    if (final) {
        peer_event(p, LQ_EVENT_CLOSED);
    }
    CLAIM_IS(lq_stream_state(p->stream),
             final ? LQ_STATE_CLOSED : LQ_STATE_WAITING);
}

/* We said why and nothing else: no name, no password. */
static void expect_refusal(const char *condition, int code, bool final)
{
    char *sent = peer_take(p);

    CLAIM(strstr(sent, condition) != NULL && strstr(sent, THE_END) != NULL);
    ck_assert_ptr_null(strstr(sent, "<auth"));
    ck_assert_ptr_null(strstr(sent, "romeo"));
    free(sent);
    expect_offline(code, final);
}

static void login(const char *features)
{
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'/>");
    peer_send(p, SUCCESS);
    peer_expect_text(p, "<stream:stream");
    peer_sendf(p, PEER_HEADER "<stream:features>" BIND "%s</stream:features>",
               features);
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    peer_reply(p, BOUND);
    peer_event(p, LQ_EVENT_ONLINE);
}

/* ---- before TLS ---- */

static const char *const injections[] = {
    "<stream:features/>",
    " ",
    "<",
    PEER_HEADER "<stream:features>" PLAIN "</stream:features>",
    SUCCESS,
    "\x16\x03\x03",
    THE_END,
};

static void expect_injection(void)
{
    char *sent;

    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    sent = peer_take(p);
    CLAIM(strstr(sent, "<auth") == NULL && strstr(sent, "from=") == NULL);
    free(sent);
    expect_offline(LQ_E_POLICY, true);
    CLAIM_IS(lq_failure_layer(failure()), LQ_LAYER_TLS);
}

START_TEST(starttls_injection_in_one_segment_with_proceed)
{
    for (size_t i = 0; i < LQ_COUNT(injections); i++) {
        begin_clear(_i);
        peer_sendf(p, PROCEED "%s", injections[i]);
        expect_injection();
        end();
    }
}
END_TEST

START_TEST(starttls_injection_before_our_hello_has_left)
{
    for (size_t i = 0; i < LQ_COUNT(injections); i++) {
        begin_clear(_i);
        peer_send(p, PROCEED);
        CLAIM_IS(lq_stream_recv(p->stream, p->now, "", 0), 0);
        peer_send(p, injections[i]);
        expect_injection();
        end();

        begin(_i);
        peer_connect(p, LQ_TRANSPORT_TLS); /* no proceed is needed */
        peer_send(p, injections[i]);
        expect_injection();
        end();
    }
}
END_TEST

/* Nothing is decrypted that came in the clear, nor the other way round. */
START_TEST(starttls_injection_into_the_handshake)
{
    for (size_t i = 0; i < LQ_COUNT(injections); i++) {
        if (injections[i][0] == '\x16') {
            continue; /* which is part of one */
        }
        begin_clear(_i);
        peer_send(p, PROCEED);
        free(peer_take(p));                      /* the ClientHello */
        peer_sendf(p, "%s     ", injections[i]); /* a head of a record */
        free(peer_take(p));
        expect_offline(LQ_E_TLS, false);
        end();
    }
}
END_TEST

START_TEST(starttls_stripping_features_without_it)
{
    static const char *const rows[] = {
        "",
        PLAIN,
        SCRAM BIND,
        "<starttls xmlns='urn:other'/>" PLAIN,
        "<starttls/>" PLAIN,
        "<x xmlns='urn:x'>" STARTTLS "</x>" PLAIN,
        "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism>"
        "</authentication>",
        BIND,
        BIND SM,
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        begin(_i);
        peer_connect(p, LQ_TRANSPORT_STARTTLS);
        peer_header(p, rows[i]);
        peer_expect(p, STARTTLS);
        expect_refusal("policy-violation", LQ_E_POLICY, true);
        CLAIM_IS(lq_failure_layer(failure()), LQ_LAYER_TLS);
        end();
    }
}
END_TEST

START_TEST(starttls_stripping_refusal_to_encrypt)
{
    static const char *const rows[] = {
        "<failure xmlns='" NS_TLS "'/>",
        "<failure xmlns='" NS_TLS "'/>" SUCCESS,
        "<failure xmlns='" NS_TLS "'/><stream:features>" PLAIN
        "</stream:features>",
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        begin_clear(_i);
        peer_send(p, rows[i]);
        expect_refusal("", LQ_E_TLS, false);
        end();
    }
}
END_TEST

static const char *const clear_words[] = {
    SUCCESS,
    "<message/>",
    "<stream:features>" PLAIN "</stream:features>", /* for a second time */
    "<iq type='result' id='1'>" BOUND "</iq>",
    "<presence/>",
    "<challenge xmlns='" NS_SASL "'/>",
    "<failure xmlns='" NS_SASL "'/>",
    "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>" PEER_JID
    "</authorization-identifier></success>",
    "<proceed/>",
    "<proceed xmlns='" NS_SASL "'/>",
    "<resumed xmlns='" NS_SM "' previd='1' h='0'/>",
    "<enabled xmlns='" NS_SM "'/>",
    "<r xmlns='" NS_SM "'/>",
    "<compressed xmlns='http://jabber.org/protocol/compress'/>",
    "<x xmlns='urn:x'/>",
};

START_TEST(starttls_stripping_anything_else_in_the_clear)
{
    for (size_t i = 0; i < LQ_COUNT(clear_words); i++) {
        begin_clear(_i);
        peer_send(p, clear_words[i]);
        expect_refusal("unsupported-stanza-type", LQ_E_PROTOCOL, false);
        end();

        if (strncmp(clear_words[i], "<stream:features", 16) == 0) {
            continue; /* now it would be in turn */
        }
        begin(_i);
        peer_connect(p, LQ_TRANSPORT_STARTTLS);
        peer_expect_text(p, "<stream:stream");
        peer_send(p, PEER_HEADER);
        peer_expect(p, STARTTLS);
        peer_send(p, clear_words[i]);
        expect_refusal("unsupported-stanza-type", LQ_E_PROTOCOL, false);
        end();
    }
}
END_TEST

START_TEST(starttls_injection_proceed_unsolicited)
{
    begin(_i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_expect_text(p, "<stream:stream");
    peer_send(p, PEER_HEADER PROCEED); /* before the features */
    peer_expect(p, STARTTLS);
    expect_refusal("unsupported-stanza-type", LQ_E_PROTOCOL, false);
    end();

    begin(_i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_expect_text(p, "<stream:stream");
    peer_send(p, PROCEED); /* before the header */
    peer_expect(p, STARTTLS);
    expect_refusal("not-well-formed", LQ_E_XML, false);
    end();

    begin(_i);
    connect_with(TLSPEER_GOOD);
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
    peer_send(p, PROCEED); /* again, within TLS */
    peer_expect(p, "<stream:error/>");
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_PROTOCOL, false);
    end();
}
END_TEST

/* Who can write in the clear can end the connection, but not for good. */
START_TEST(starttls_injection_stream_error)
{
    static const char *const rows[] = {
        "conflict",  "not-authorized",      "policy-violation",
        "host-gone", "unsupported-version", "host-unknown"
    };

    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        begin_clear(_i);
        peer_sendf(p,
                   "<stream:error><%s xmlns='" NS_ERRORS
                   "'/></stream:error>" THE_END,
                   rows[i]);
        peer_expect_text(p, THE_END);
        expect_offline(LQ_E_STREAM, false);
        end();
    }
}
END_TEST

/* The name, the language, the id, what is offered. */
START_TEST(starttls_injection_what_was_heard_in_the_clear_is_forgotten)
{
    begin(_i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_expect_text(p, "<stream:stream");
    peer_send(p, "<?xml version='1.0'?><x:stream xmlns:x='"
                 "http://etherx.jabber.org/streams' xmlns='jabber:client'"
                 " xmlns:evil='urn:evil' version='1.0' xml:lang='tlh'"
                 " from='evil.example' to='mallory@evil.example' id='e'>"
                 "<x:features>" STARTTLS PLAIN
                 "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>10000"
                 "</max-bytes></limits></x:features>");
    peer_expect(p, STARTTLS);
    peer_send(p, PROCEED);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_ANY);
    peer_header(p, SCRAM); /* PLAIN is not there any more */
    CLAIM(strstr(peer_last(p), " to='example.net'") != NULL);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-256'/>");
    peer_send(p, "<failure xmlns='" NS_SASL "'><temporary-auth-failure/>"
                 "</failure>");
    peer_expect_text(p, THE_END);
    expect_offline(LQ_E_AUTH, false);
    end();

    begin(_i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_expect_text(p, "<stream:stream");
    peer_send(p, "<stream:stream xmlns:stream='http://etherx.jabber.org/"
                 "streams' xmlns='jabber:client' version='1.0' xml:lang='tlh'>"
                 "<stream:features>" STARTTLS "</stream:features>");
    peer_expect(p, STARTTLS);
    peer_send(p, PROCEED);
    tlspeer_begin(&tls, p, TLSPEER_GOOD, TLSPEER_ANY);
    login("");
    CLAIM_IS((long)lq_stream_max_bytes(p->stream), 0);
    peer_send(p, "<message from='juliet@example.com'/>");
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(strcmp(lq_stanza_lang(p->event.stanza), "en") == 0);
    end();
}
END_TEST

/* ---- elsewhere ---- */

static const char *target(void) { return lq_stream_target_host(p->stream); }

/* The stream has ended and goes on at HOST, at once; or not there (NULL). */
static void expect_redirect(const char *host)
{
    CLAIM(lq_stream_event(p->stream) == NULL);
    free(peer_take(p));
    expect_offline(LQ_E_STREAM, false);
    lq_stream_tick(p->stream, p->now);
    CLAIM((target() != NULL) == (host != NULL));
    if (host != NULL) {
        CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT);
        CLAIM(strcmp(target(), host) == 0);
    }
    /* which is for nobody but us to say */
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
    CLAIM(lq_stream_target_transport(p->stream) ==
          (host == NULL ? 0 : LQ_TRANSPORT_STARTTLS));
}

static void expect_wrong_name(void)
{
    free(peer_take(p));
    expect_offline(LQ_E_TLS, true);
    CLAIM(strcmp(lq_failure_condition(failure()), "bad-certificate") == 0);
    CLAIM(strstr(lq_failure_message(failure()), "example.net") != NULL);
    CLAIM(tls.heard == 0 && !tls.established);
}

/* With a certificate that is good, but for his own name. */
START_TEST(redirect_before_tls_to_the_attacker)
{
    begin_clear(_i);
    peer_send(p, REDIRECT("attacker.example"));
    expect_redirect("attacker.example");
    connect_with(TLSPEER_OTHER);
    expect_wrong_name();
    end();
}
END_TEST

START_TEST(redirect_within_tls_to_the_attacker)
{
    begin(_i);
    connect_with(TLSPEER_GOOD);
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "'/>");
    peer_send(p, REDIRECT("attacker.example") THE_END);
    expect_redirect("attacker.example");
    tlspeer_end(&tls);
    connect_with(TLSPEER_OTHER);
    expect_wrong_name();
    end();
}
END_TEST

/* Nor is anything said there without TLS. */
START_TEST(redirect_changes_no_policy)
{
    begin_clear(_i);
    peer_send(p, REDIRECT("attacker.example"));
    expect_redirect("attacker.example");
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_header(p, PLAIN);
    CLAIM(strstr(peer_last(p), " from=") == NULL);
    peer_expect(p, STARTTLS);
    expect_refusal("policy-violation", LQ_E_POLICY, true);
    end();
}
END_TEST

/* What once worked is asked for there, too. */
START_TEST(redirect_changes_no_pin)
{
    scram_server server;

    p = peer_begin(NULL, _i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, SCRAM);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-256'/>");
    CLAIM(scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p)));
    peer_sendf(p, "<challenge xmlns='" NS_SASL "'>%s</challenge>",
               scram_first(&server, "srv", SCRAM_SALT, "4096", ""));
    peer_expect(p, "<response xmlns='" NS_SASL "'/>");
    CLAIM(scram_check(&server, peer_last(p), NULL, 0));
    peer_sendf(p, "<success xmlns='" NS_SASL "'>%s</success>",
               scram_encode(&server, server.signature));
    peer_send(p, PEER_HEADER REDIRECT("attacker.example") THE_END);
    expect_redirect("attacker.example");
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='SCRAM-SHA-256'/>");
    peer_expect_text(p, THE_END); /* all it knows is for another server */
    expect_offline(LQ_E_AUTH, true);
    end();
}
END_TEST

/* Also where it leads back to where it came from. */
START_TEST(redirect_loop_ends_after_three)
{
    static const char *const hosts[] = { "example.net", "other.example" };

    for (size_t i = 0; i < LQ_COUNT(hosts); i++) {
        begin_clear(_i);
        for (int n = 0; n < 3; n++) {
            peer_sendf(p, REDIRECT("%s"), hosts[i]);
            expect_redirect(hosts[i]);
            peer_connect(p, LQ_TRANSPORT_STARTTLS);
            peer_header(p, STARTTLS);
            peer_expect(p, STARTTLS);
        }
        peer_sendf(p, REDIRECT("%s"), hosts[i]);
        expect_redirect(NULL);
        CLAIM(lq_stream_deadline(p->stream) > p->now); /* a pause */
        end();
    }
}
END_TEST

/* The same of a server that lets us in first. */
START_TEST(redirect_loop_behind_the_login)
{
    lq_time begun;
    int connections = 0;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    begun = p->now;
    while (connections < 20 && lq_stream_wish(p->stream) == LQ_WISH_CONNECT) {
        memory_spare(true);
        peer_login(p);
        memory_spare(false);
        peer_send(p, REDIRECT("elsewhere.example") THE_END);
        CLAIM(lq_stream_event(p->stream) == NULL);
        free(peer_take(p));
        peer_hang_up(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        lq_stream_tick(p->stream, p->now);
        connections++;
    }
    CLAIM(p->now == begun);
    CLAIM_IS(connections, 4);
    peer_login(p); /* at the domain, after a pause, as if for the first time */
    peer_send(p, REDIRECT("elsewhere.example") THE_END);
    CLAIM(lq_stream_event(p->stream) == NULL);
    free(peer_take(p));
    peer_hang_up(p);
    CLAIM(target() != NULL);
    peer_event(p, LQ_EVENT_OFFLINE);
    end();
}
END_TEST

static const char *const no_addresses[] = {
    "",
    ":5222",
    "other.example:",
    "other.example:0",
    "other.example:65536",
    "other.example:-1",
    "other.example:+1",
    "other.example: 1",
    "other.example:5222x",
    "other.example:99999999999999999999",
    "[2001:db8::1",
    "[2001:db8::1]x",
    "[2001:db8::1]:0",
    "[]",
};

START_TEST(redirect_to_no_address)
{
    for (size_t i = 0; i < LQ_COUNT(no_addresses); i++) {
        begin_clear(_i);
        peer_sendf(p, REDIRECT("%s"), no_addresses[i]);
        expect_redirect(NULL);
        end();
    }
    begin_clear(_i);
    peer_sendf(p, REDIRECT("%0600d"), 0);
    expect_redirect(NULL);
    end();
}
END_TEST

/* Lose the session that the server said is at LOCATION. */
static void lose_at(const char *location)
{
    connect_with(TLSPEER_GOOD);
    login(SM);
    peer_expect(p, "<enable xmlns='" NS_SM "' resume='true'/>");
    peer_sendf(p,
               "<enabled xmlns='" NS_SM "' resume='true' id='one'"
               " location='%s'/>",
               location);
    peer_quiet(p);
    peer_wait(p, 31000); /* it was a good one: no pause follows */
    free(peer_take(p));
    peer_lose(p);
    tlspeer_end(&tls);
    peer_event(p, LQ_EVENT_OFFLINE);
    lq_stream_tick(p->stream, p->now);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT);
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
}

START_TEST(location_of_the_session_at_the_attacker)
{
    begin(_i);
    lose_at("attacker.example:5223");
    CLAIM(strcmp(target(), "attacker.example") == 0);
    CLAIM_IS(lq_stream_target_port(p->stream), 5223);
    CLAIM_IS(lq_stream_target_transport(p->stream), LQ_TRANSPORT_STARTTLS);
    connect_with(TLSPEER_OTHER);
    expect_wrong_name();
    end();
}
END_TEST

START_TEST(location_of_the_session_at_no_address)
{
    for (size_t i = 0; i < LQ_COUNT(no_addresses); i++) {
        begin(_i);
        lose_at(no_addresses[i]);
        CLAIM(target() == NULL);
        end();
    }
}
END_TEST

START_TEST(location_of_the_session_redirects_three_times)
{
    begin(_i);
    lose_at("one.example");
    for (int n = 0; n < 4; n++) {
        peer_connect(p, LQ_TRANSPORT_STARTTLS);
        peer_header(p, STARTTLS);
        peer_expect(p, STARTTLS);
        peer_send(p, REDIRECT("two.example"));
        expect_redirect(n < 3 ? "two.example" : NULL);
    }
    end();
}
END_TEST

void attacks_tls(void)
{
    const TTest *const clear[] = {
        starttls_injection_in_one_segment_with_proceed,
        starttls_injection_before_our_hello_has_left,
        starttls_injection_into_the_handshake,
        starttls_injection_proceed_unsolicited,
        starttls_injection_stream_error,
        starttls_injection_what_was_heard_in_the_clear_is_forgotten,
        starttls_stripping_features_without_it,
        starttls_stripping_refusal_to_encrypt,
        starttls_stripping_anything_else_in_the_clear,
        NULL,
    };
    const TTest *const elsewhere[] = {
        redirect_before_tls_to_the_attacker,
        redirect_within_tls_to_the_attacker,
        redirect_changes_no_policy,
        redirect_changes_no_pin,
        redirect_loop_ends_after_three,
        redirect_loop_behind_the_login,
        redirect_to_no_address,
        location_of_the_session_at_the_attacker,
        location_of_the_session_at_no_address,
        location_of_the_session_redirects_three_times,
        NULL,
    };

    suite_add_chunked("STARTTLS injection, stripping", clear);
    suite_add_chunked("see-other-host, location, host-meta redirect",
                      elsewhere);
}
