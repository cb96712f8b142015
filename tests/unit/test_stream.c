/* test_stream.c - the life of a stream: what may be called when, what it
 * wishes, how it ends and begins again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "suite.h"

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define PLAIN                                                                  \
    "<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism>"             \
    "</mechanisms>"
#define BIND "<bind xmlns='" NS_BIND "'/>"
#define HELLO                                                                  \
    "<message from='juliet@example.com/balcony'>"                              \
    "<body>hello</body></message>"
#define THE_END "</stream:stream>"

static peer *p;

/* ---- helpers ---- */

static lq_config *config_for(const char *jid)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(jid);
    lq_config_set_password(config, PEER_PASSWORD);
    memory_spare(false);
    return config;
}

static void begin_with(lq_config *config, int chunk_index)
{
    p = peer_begin(config, chunk_index);
    lq_config_free(config);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

static int state(void) { return lq_stream_state(p->stream); }

static int wish(void) { return lq_stream_wish(p->stream); }

static const lq_failure *failure(void) { return lq_stream_failure(p->stream); }

static void expect_event(int type, int error)
{
    const lq_event *event = peer_event(p, type);

    CLAIM(event->error == error);
    CLAIM((lq_event_failure(event) != NULL) == (error != 0) ||
          event->detail == NULL);
}

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, "juliet@example.com");

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

/* ---- before and at the start ---- */

START_TEST(stream_that_was_not_started_wishes_nothing)
{
    lq_stream *s;
    size_t len = 1;

    p = peer_begin(NULL, _i);
    s = p->stream;
    CLAIM(state() == LQ_STATE_IDLE && wish() == LQ_WISH_NOTHING);
    CLAIM(lq_stream_deadline(s) == LQ_NEVER);
    CLAIM(lq_stream_event(s) == NULL);
    CLAIM(lq_stream_output(s, &len) == NULL && len == 0);
    CLAIM_IS(lq_stream_connected(s, 1, LQ_TRANSPORT_SECURE), LQ_E_STATE);
    CLAIM_IS(lq_stream_unreachable(s, 1, NULL), LQ_E_STATE);
    CLAIM_IS(lq_stream_disconnected(s, 1, 0), LQ_E_STATE);
    CLAIM_IS(lq_stream_recv(s, 1, "<", 1), LQ_E_STATE);
    CLAIM(!lq_stream_can_recv(s));
    CLAIM_IS(lq_stream_sent(s, 1, 0), LQ_OK);
    CLAIM_IS(lq_stream_sent(s, 1, 1), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_tick(s, 1), LQ_OK);
    CLAIM_IS(lq_stream_stop(s, 1), LQ_E_STATE);
    CLAIM(say("too early") < 0);
    CLAIM(failure() == NULL && lq_stream_jid(s) == NULL);
    CLAIM(lq_stream_security(s, LQ_SECURITY_PROTOCOL) == NULL);
    CLAIM(lq_stream_security(s, 99) == NULL);
    end();
}
END_TEST

START_TEST(start_wishes_a_transport_to_the_domain)
{
    p = peer_begin(NULL, _i);
    CLAIM_IS(lq_stream_start(p->stream, 5), LQ_OK);
    CLAIM_IS(lq_stream_start(p->stream, 6), LQ_E_STATE);
    CLAIM(state() == LQ_STATE_WAITING && wish() == LQ_WISH_CONNECT);
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
    CLAIM(lq_stream_target_host(p->stream) == NULL);
    CLAIM(lq_stream_target_transport(p->stream) == LQ_TRANSPORT_ANY);
    end();
}
END_TEST

START_TEST(target_is_the_configured_host)
{
    lq_config *config = config_for(PEER_JID);

    CLAIM_IS(lq_config_set_host(config, "::1", 5223, LQ_TRANSPORT_TLS), LQ_OK);
    begin_with(config, _i);
    lq_stream_start(p->stream, 5);
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
    CLAIM(strcmp(lq_stream_target_host(p->stream), "::1") == 0);
    CLAIM(lq_stream_target_port(p->stream) == 5223);
    CLAIM(lq_stream_target_transport(p->stream) == LQ_TRANSPORT_TLS);
    end();
}
END_TEST

START_TEST(domain_is_looked_up_in_ascii)
{
    begin_with(config_for("romeo@b\xc3\xbc"
                          "cher.example"),
               _i);
    lq_stream_start(p->stream, 5);
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "xn--bcher-kva.example") ==
          0);
    end();
}
END_TEST

START_TEST(account_that_is_no_jid_is_refused)
{
    static const char *const rows[] = {
        "", "@", "romeo@", "@example.net", "/example.net", "ro meo@example.net"
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin_with(config_for(rows[i]), _i);
        CLAIM_IS(lq_stream_start(p->stream, 5), LQ_E_ARGUMENT);
        CLAIM(state() == LQ_STATE_IDLE && wish() == LQ_WISH_NOTHING);
        CLAIM(lq_failure_layer(failure()) == LQ_LAYER_CONFIG);
        CLAIM(lq_failure_text(failure())[0] != '\0');
        CLAIM(lq_failure_message(failure())[0] != '\0');
        CLAIM_IS(lq_stream_start(p->stream, 6), LQ_E_ARGUMENT);
        end();
    }
}
END_TEST

START_TEST(authorities_that_cannot_be_read_are_refused)
{
    lq_config *config = config_for(PEER_JID);

    CLAIM_IS(lq_config_add_ca(config, "no pem", 6), LQ_OK);
    begin_with(config, _i);
    CLAIM_IS(lq_stream_start(p->stream, 5), LQ_E_ARGUMENT);
    CLAIM(lq_failure_layer(failure()) == LQ_LAYER_CONFIG);
    end();

    config = config_for(PEER_JID);
    CLAIM_IS(lq_config_add_ca_file(config, "/no/such/file"), LQ_OK);
    begin_with(config, _i);
    CLAIM_IS(lq_stream_start(p->stream, 5), LQ_E_ARGUMENT);
    CLAIM(strstr(lq_failure_text(failure()), "/no/such/file") != NULL);
    end();
}
END_TEST

/* COUNT times C; the next call's is another. */
static const char *repeated(char c, size_t count)
{
    static char text[8192];

    memset(text, c, count);
    text[count] = '\0';
    return text;
}

START_TEST(config_takes_only_what_can_work)
{
    lq_config *c = config_for(PEER_JID);

    CLAIM_IS(lq_config_set_host(c, "", 1, LQ_TRANSPORT_TLS), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_host(c, "h", 0, LQ_TRANSPORT_TLS), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_host(c, "h", 65536, LQ_TRANSPORT_TLS),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_host(c, "h", 1, LQ_TRANSPORT_SECURE), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_host(c, NULL, 0, 0), LQ_OK);
    CLAIM_IS(lq_config_add_ca(c, "", 0), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_add_ca_file(c, ""), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_add_ca_file(c, "a\nb"), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_timeout(c, -1, 5), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_timeout(c, 6, 5), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_timeout(c, LQ_TIMEOUT_PING, 0), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_timeout(c, LQ_TIMEOUT_PING, LQ_NEVER),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_timeout(c, LQ_TIMEOUT_IDLE, LQ_NEVER), LQ_OK);
    CLAIM_IS(lq_config_set_timeout(c, LQ_TIMEOUT_SPACE, LQ_NEVER), LQ_OK);
    CLAIM_IS(lq_config_set_password(c, "\xff"), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_password(c, repeated('x', 4097)), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_resource(c, ""), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_resource(c, "\x01"), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_lang(c, "\xc0\x80"), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_reconnect(c, 0, 5), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_reconnect(c, 6, 5), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_reconnect(c, LQ_NEVER, 0), LQ_OK);
    CLAIM_IS(lq_config_set_max_stanza(c, 9999), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_max_stanza(c, 9437185), LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_max_stanza(c, 10000), LQ_OK);
    CLAIM_IS(lq_config_set_resource(c, "orchard"), LQ_OK);
    CLAIM_IS(lq_config_set_resource(c, NULL), LQ_OK);
    CLAIM_IS(lq_config_set_lang(c, "de"), LQ_OK);
    begin_with(c, _i); /* which copies it */
    lq_stream_start(p->stream, 5);
    end();
}
END_TEST

typedef struct timeout_row {
    lq_time ms, counts_as; /* at least, and less than a day more */
} timeout_row;

#define DAY ((lq_time)24 * 60 * 60 * 1000)

static const timeout_row timeout_rows[] = {
    { 24 * DAY, 24 * DAY },
    { 25 * DAY, 24 * DAY },
    { 50 * DAY, 24 * DAY }, /* and not what 32 bits leave of it */
    { 1000 * DAY, 24 * DAY },
    { INT64_C(1) << 32, 24 * DAY },
    { (INT64_C(1) << 32) + 5, 24 * DAY },
    { INT64_MAX, 24 * DAY },
    { 1, 1 },
};

START_TEST(timeout_beyond_24_days_counts_as_24_days)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(timeout_rows)); i++) {
        const timeout_row *row = &timeout_rows[i];
        lq_config *config = config_for(PEER_JID);
        lq_time left;

        CLAIM_IS(lq_config_set_timeout(config, LQ_TIMEOUT_CONNECT, row->ms),
                 LQ_OK);
        begin_with(config, _i);
        peer_connect(p, LQ_TRANSPORT_SECURE);
        left = lq_stream_deadline(p->stream) - p->now;
        CLAIM(left >= row->counts_as && left < row->counts_as + DAY);
        free(peer_take(p));
        peer_wait(p, row->counts_as - 1);
        CLAIM(wish() == LQ_WISH_KEEP);
        peer_wait(p, DAY);
        CLAIM(wish() == LQ_WISH_CLOSE);
        peer_close(p);
    }
}
END_TEST

START_TEST(pauses_beyond_24_days_count_as_24_days)
{
    lq_config *config = config_for(PEER_JID);
    lq_time left;

    CLAIM_IS(lq_config_set_reconnect(config, INT64_MAX - 1, INT64_MAX), LQ_OK);
    begin_with(config, _i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    free(peer_take(p));
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    left = lq_stream_deadline(p->stream) - p->now;
    CLAIM(left >= 0 && left < 25 * DAY);
    peer_close(p);
}
END_TEST

/* ---- connections ---- */

START_TEST(transport_is_taken_once_and_as_wished)
{
    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    CLAIM_IS(lq_stream_connected(p->stream, p->now, 0), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_connected(p->stream, p->now, 4), LQ_E_ARGUMENT);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    CLAIM(state() == LQ_STATE_NEGOTIATING && wish() == LQ_WISH_KEEP);
    CLAIM_IS(lq_stream_connected(p->stream, p->now, LQ_TRANSPORT_SECURE),
             LQ_E_STATE);
    CLAIM_IS(lq_stream_unreachable(p->stream, p->now, "x"), LQ_E_STATE);
    peer_expect_text(p, "<stream:stream to='example.net'"
                        " from='romeo@example.net' xml:lang='en'");
    end();
}
END_TEST

START_TEST(session_has_an_address_while_it_lasts)
{
    p = peer_begin(NULL, _i);
    peer_login(p);
    CLAIM(state() == LQ_STATE_ONLINE && wish() == LQ_WISH_KEEP);
    CLAIM(strcmp(lq_stream_jid(p->stream), PEER_JID) == 0);
    CLAIM(strcmp(lq_stream_account(p->stream), PEER_ACCOUNT) == 0);
    CLAIM(strcmp(lq_stream_security(p->stream, LQ_SECURITY_MECHANISM),
                 "PLAIN") == 0);
    CLAIM(failure() == NULL);
    peer_lose(p);
    CLAIM(lq_stream_jid(p->stream) == NULL);
    CLAIM(strcmp(lq_stream_account(p->stream), PEER_ACCOUNT) == 0);
    expect_event(LQ_EVENT_OFFLINE, LQ_E_NET);
    end();
}
END_TEST

START_TEST(lost_connection_is_followed_by_another)
{
    p = peer_open(_i);
    peer_lose(p);
    CLAIM_IS(lq_stream_disconnected(p->stream, p->now, LQ_E_NET), LQ_E_STATE);
    expect_event(LQ_EVENT_OFFLINE, LQ_E_NET);
    CLAIM(lq_failure_layer(failure()) == LQ_LAYER_NET);
    CLAIM(state() == LQ_STATE_WAITING);
    peer_login(p);
    CLAIM(failure() == NULL); /* until the next connected() */
    end();
}
END_TEST

START_TEST(server_that_closes_is_answered)
{
    p = peer_open(_i);
    peer_send(p, HELLO THE_END);
    CLAIM(wish() == LQ_WISH_CLOSE);
    peer_expect_text(p, THE_END);
    say("for the next connection");
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_MESSAGE); /* what came before is told before */
    expect_event(LQ_EVENT_OFFLINE, LQ_E_NET);
    CLAIM(state() == LQ_STATE_WAITING);
    peer_login(p);
    peer_expect(p, "<message><body>for the next connection</body></message>");
    end();
}
END_TEST

START_TEST(what_could_not_be_reached_says_why)
{
    const lq_event *event;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    CLAIM_IS(lq_stream_unreachable(p->stream, p->now, "no such name"), LQ_OK);
    CLAIM(wish() == LQ_WISH_NOTHING); /* not at once */
    event = peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(event->error == LQ_E_NET);
    CLAIM(strcmp(lq_failure_text(lq_event_failure(event)), "no such name") ==
          0);
    peer_login(p);
    end();
}
END_TEST

START_TEST(stream_that_may_not_reconnect_is_closed)
{
    lq_config *config = config_for(PEER_JID);

    lq_config_set_reconnect(config, LQ_NEVER, 0);
    begin_with(config, _i);
    peer_login(p);
    peer_lose(p);
    expect_event(LQ_EVENT_OFFLINE, LQ_E_NET);
    expect_event(LQ_EVENT_CLOSED, LQ_E_NET);
    CLAIM(state() == LQ_STATE_CLOSED && wish() == LQ_WISH_NOTHING);
    CLAIM(lq_stream_deadline(p->stream) == LQ_NEVER);
    end();
}
END_TEST

START_TEST(negotiation_has_its_time)
{
    p = peer_begin(NULL, _i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, PLAIN);
    peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'/>");
    peer_wait(p, 29999);
    CLAIM(wish() == LQ_WISH_KEEP);
    peer_wait(p, 1);
    CLAIM(wish() == LQ_WISH_CLOSE);
    peer_expect(p, "<stream:error><connection-timeout"
                   " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                   "</stream:error>");
    peer_expect_text(p, THE_END);
    peer_hang_up(p);
    expect_event(LQ_EVENT_OFFLINE, LQ_E_DEAD);
    end();
}
END_TEST

START_TEST(time_runs_forward_only)
{
    p = peer_open(_i);
    p->now = 50000;
    lq_stream_tick(p->stream, p->now);
    lq_stream_stop(p->stream, 1000); /* counts as 50000 */
    CLAIM(lq_stream_deadline(p->stream) == 52000);
    peer_expect_text(p, THE_END);
    end();
}
END_TEST

/* ---- the end ---- */

START_TEST(stop_closes_the_stream_on_both_sides)
{
    p = peer_open(_i);
    say("last words");
    CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_OK);
    CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_E_STATE);
    CLAIM_IS(lq_stream_start(p->stream, p->now), LQ_E_STATE);
    CLAIM_IS(say("too late"), LQ_E_STATE);
    CLAIM(state() == LQ_STATE_CLOSING && wish() == LQ_WISH_KEEP);
    peer_expect(p, "<message><body>last words</body></message>");
    peer_expect_text(p, THE_END);
    peer_send(p, HELLO THE_END);
    CLAIM(wish() == LQ_WISH_CLOSE);
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_MESSAGE);
    expect_event(LQ_EVENT_OFFLINE, LQ_OK);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    CLAIM(state() == LQ_STATE_CLOSED && wish() == LQ_WISH_NOTHING);
    CLAIM(failure() == NULL && lq_stream_deadline(p->stream) == LQ_NEVER);
    CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_E_STATE);
    end();
}
END_TEST

START_TEST(server_that_does_not_close_has_two_seconds)
{
    p = peer_open(_i);
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    peer_wait(p, 1999);
    CLAIM(wish() == LQ_WISH_KEEP);
    peer_wait(p, 1);
    CLAIM(wish() == LQ_WISH_CLOSE);
    CLAIM_IS(lq_stream_recv(p->stream, p->now, "<x/>", 4), 4); /* unheard */
    peer_hang_up(p);
    expect_event(LQ_EVENT_OFFLINE, LQ_OK);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    end();
}
END_TEST

START_TEST(connection_lost_while_closing_is_no_failure_of_the_stop)
{
    p = peer_open(_i);
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    peer_lose(p);
    expect_event(LQ_EVENT_OFFLINE, LQ_E_NET);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    end();
}
END_TEST

/* How far a stream gets before it is stopped. */
enum {
    STARTED,
    UNREACHABLE,
    CONNECTED,
    HEADER,
    AUTH,
    BINDING,
    BOUND,
    LOST,
    REFUSED,
    STAGES
};

static void advance_any(int stage)
{
    lq_stream_start(p->stream, p->now);
    if (stage == UNREACHABLE) {
        lq_stream_unreachable(p->stream, p->now, NULL);
    }
    if (stage >= CONNECTED) {
        peer_connect(p, LQ_TRANSPORT_SECURE);
    }
    if (stage == HEADER) {
        peer_send(p, PEER_HEADER);
    }
    if (stage >= AUTH) {
        peer_header(p, PLAIN);
        peer_expect(p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'/>");
    }
    if (stage >= BINDING) {
        peer_send(p, "<success xmlns='" NS_SASL "'/>");
        peer_header(p, BIND);
        peer_expect(p, "<iq type='set'>" BIND "</iq>");
    }
    if (stage >= BOUND) {
        peer_reply(p,
                   "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>");
    }
    if (stage == LOST) {
        peer_lose(p);
    }
    if (stage == REFUSED) {
        peer_send(p, "<a></b>");
    }
}

/* Negotiation with too little memory is test_negotiate.c's. */
static void advance(int stage)
{
    memory_spare(true);
    advance_any(stage);
    memory_spare(false);
}

START_TEST(stop_closes_from_everywhere)
{
    for (int stage = STARTED; stage < STAGES; stage++) {
        const lq_event *event;
        int last = 0;

        p = peer_begin(NULL, _i);
        advance(stage);
        CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_OK);
        if (wish() == LQ_WISH_KEEP) {
            peer_send(p, THE_END);
        }
        CLAIM(wish() == LQ_WISH_CLOSE || wish() == LQ_WISH_NOTHING);
        peer_hang_up(p);
        while ((event = lq_stream_event(p->stream)) != NULL) {
            ck_assert_int_ne(last, LQ_EVENT_CLOSED);
            last = event->type;
            CLAIM(last != LQ_EVENT_CLOSED || event->error == LQ_OK);
        }
        CLAIM(last == LQ_EVENT_CLOSED && state() == LQ_STATE_CLOSED);
        CLAIM(lq_stream_deadline(p->stream) == LQ_NEVER);
        free(peer_take(p));
        end();
    }
}
END_TEST

START_TEST(what_was_held_when_stopped_never_left)
{
    const lq_event *event;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    say("held");
    lq_stream_stop(p->stream, p->now);
    event = peer_event(p, LQ_EVENT_DELIVERY);
    CLAIM(lq_event_delivery(event) == LQ_DELIVERY_FAILED);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    end();
}
END_TEST

START_TEST(start_follows_closed)
{
    p = peer_open(_i);
    lq_stream_stop(p->stream, p->now);
    peer_expect_text(p, THE_END);
    peer_send(p, THE_END);
    peer_hang_up(p);
    /* CLOSED was not taken yet */
    CLAIM_IS(lq_stream_start(p->stream, p->now), LQ_E_STATE);
    expect_event(LQ_EVENT_OFFLINE, LQ_OK);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    CLAIM_IS(lq_stream_start(p->stream, p->now), LQ_OK);
    peer_login(p);
    end();
}
END_TEST

START_TEST(another_start_begins_with_a_clean_slate)
{
    p = peer_open(_i);
    peer_send(p, "<stream:error><see-other-host"
                 " xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"
                 "other.example.com</see-other-host></stream:error>" THE_END);
    CLAIM(lq_stream_event(p->stream) == NULL);
    lq_stream_stop(p->stream, p->now);
    peer_hang_up(p);
    free(peer_take(p));
    expect_event(LQ_EVENT_OFFLINE, LQ_E_STREAM);
    expect_event(LQ_EVENT_CLOSED, LQ_OK);
    lq_stream_start(p->stream, p->now);
    CLAIM(lq_stream_target_host(p->stream) == NULL);
    end();
}
END_TEST

/* ---- freeing ---- */

START_TEST(stream_is_freed_in_any_state)
{
    for (int stage = STARTED; stage < STAGES; stage++) {
        p = peer_begin(NULL, _i);
        advance(stage);
        say("waits");
        peer_close(p);
    }
    lq_stream_free(NULL);
    lq_context_free(NULL);
    lq_config_free(NULL);
}
END_TEST

START_TEST(stanza_survives_stream_and_context)
{
    const lq_event *event;
    const lq_stanza *kept;

    p = peer_open(_i);
    peer_send(p, HELLO);
    event = peer_event(p, LQ_EVENT_MESSAGE);
    kept = event == NULL ? NULL : lq_stanza_ref(event->stanza);
    peer_close(p);
    CLAIM(strcmp(lq_message_body(kept, NULL), "hello") == 0);
    lq_stanza_unref(kept);
}
END_TEST

START_TEST(context_may_be_freed_before_its_streams)
{
    lq_context *context = lq_context_new();
    lq_config *config = config_for(PEER_JID);
    lq_stream *a = lq_stream_new(context, config);
    lq_stream *b = lq_stream_new(context, config);
    lq_stream *own = lq_stream_new(NULL, config); /* one of its own */

    lq_config_free(config);
    lq_context_free(context);
    CLAIM(a != NULL && b != NULL && own != NULL);
    if (a != NULL) {
        CLAIM_IS(lq_stream_start(a, 1), LQ_OK);
    }
    if (own != NULL) {
        CLAIM_IS(lq_stream_start(own, 1), LQ_OK);
    }
    lq_stream_free(a);
    lq_stream_free(own);
    lq_stream_free(b);
}
END_TEST

START_TEST(pointer_of_the_program_is_kept)
{
    int mine;

    p = peer_begin(NULL, _i);
    CLAIM(lq_stream_user(p->stream) == NULL);
    lq_stream_set_user(p->stream, &mine);
    CLAIM(lq_stream_user(p->stream) == &mine);
    end();
}
END_TEST

/* ---- bytes ---- */

START_TEST(output_stays_where_it_is_until_it_was_sent)
{
    const char *first, *again;
    char copy[4096];
    size_t len = 0, more = 0;

    p = peer_open(_i);
    say("one");
    first = lq_stream_output(p->stream, &len);
    CLAIM(first != NULL && len < sizeof(copy));
    if (first == NULL) {
        peer_close(p);
        return;
    }
    memcpy(copy, first, len);
    for (int i = 0; i < 100; i++) {
        say("more");
        peer_send(p, " ");
    }
    again = lq_stream_output(p->stream, &more);
    CLAIM(again == first && more == len);
    CLAIM(memcmp(first, copy, len) == 0);
    CLAIM_IS(lq_stream_sent(p->stream, p->now, len + 1), LQ_E_ARGUMENT);
    lq_stream_sent(p->stream, p->now, 3);
    again = lq_stream_output(p->stream, &more);
    CLAIM(again == first + 3 && more == len - 3);
    CLAIM(memcmp(again, copy + 3, len - 3) == 0);
    lq_stream_sent(p->stream, p->now, len - 3);
    peer_expect(p, "<message><body>more</body></message>");
    free(peer_take(p));
    end();
}
END_TEST

START_TEST(reader_that_takes_no_events_is_not_fed_on)
{
    enum { COUNT = 400 };
    static char big[COUNT * 2048];
    size_t len = 0, at = 0;
    int seen = 0;
    bool was_full = false;

    if (memory_is_tortured()) {
        return;
    }
    for (int i = 0; i < COUNT; i++) {
        len += (size_t)sprintf(big + len,
                               "<message id='%d'><body>%01000d</body>"
                               "</message>",
                               i, i);
    }
    p = peer_open(_i);
    while (at < len) {
        size_t want = len - at < 5000 ? len - at : 5000;
        int taken = lq_stream_recv(p->stream, p->now, big + at, want);

        ck_assert_int_ge(taken, 0);
        ck_assert_int_eq((size_t)taken < want || !lq_stream_can_recv(p->stream),
                         !lq_stream_can_recv(p->stream));
        at += (size_t)taken;
        if (!lq_stream_can_recv(p->stream)) {
            const lq_event *event = lq_stream_event(p->stream);

            was_full = true;
            ck_assert_int_le(at, 300000 + (size_t)seen * 1100);
            ck_assert_int_eq(atoi(lq_stanza_id(event->stanza)), seen++);
        }
    }
    ck_assert(was_full);
    while (seen < COUNT) {
        const lq_event *event = lq_stream_event(p->stream);

        ck_assert_int_eq(atoi(lq_stanza_id(event->stanza)), seen++);
    }
    end();
}
END_TEST

/* Nothing has happened, so asking again does nothing either. */
static void claim_idle(void)
{
    memory_fail(1, true);
    CLAIM(lq_stream_event(p->stream) == NULL);
    CLAIM(lq_stream_event(p->stream) == NULL);
    CLAIM(!memory_failed());
    memory_fail(0, false);
    CLAIM(lq_context_ready(p->context) == NULL);
}

START_TEST(idle_stream_has_no_events)
{
    const lq_event *event;

    if (memory_is_tortured()) {
        return; /* it says itself what fails */
    }
    begin_with(NULL, _i);
    claim_idle(); /* not started */
    lq_stream_start(p->stream, p->now);
    while (lq_context_ready(p->context) != NULL) {
    }
    claim_idle();
    peer_close(p);

    p = peer_open(_i);
    while (lq_context_ready(p->context) != NULL) {
    }
    claim_idle();
    peer_send(p, "<message from='a'><body>"); /* only a part of one */
    while (lq_context_ready(p->context) != NULL) {
    }
    claim_idle();
    peer_send(p, "</body></message>");
    while (lq_context_ready(p->context) != NULL) {
    }
    event = lq_stream_event(p->stream);
    CLAIM(event->type == LQ_EVENT_MESSAGE);
    claim_idle(); /* the stanza has passed with the first of them */
    peer_send(p, HELLO HELLO);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    end();
}
END_TEST

/* A stanza this large is no piece of the pool. */
START_TEST(event_that_has_passed_lets_go_of_its_stanza)
{
    char text[10000];
    size_t before;

    if (memory_is_tortured()) {
        return;
    }
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    p = peer_open(_i);
    for (int i = 0; i < 10; i++) {
        peer_sendf(p, "<message from='a'><body>%s</body></message>", text);
        CLAIM(lq_stream_event(p->stream) != NULL);
        before = memory_blocks();
        CLAIM(lq_stream_event(p->stream) == NULL);
        ck_assert_uint_lt(memory_blocks(), before);
        before = memory_blocks();
        CLAIM(lq_stream_event(p->stream) == NULL);
        ck_assert_uint_eq(memory_blocks(), before);
    }
    end();
}
END_TEST

START_TEST(blanks_and_strangers_mean_nothing)
{
    p = peer_open(_i);
    peer_send(p, " \r\n\t <x xmlns='urn:unknown'>text</x> <a/>");
    end();
}
END_TEST

typedef struct bad_xml {
    const char *bytes;
    const char *condition;
    int code, layer;
} bad_xml;

static const bad_xml bad_rows[] = {
    { "<a></b>", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "<a b='1' b='2'/>", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "<a b='<'/>", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "<a:b/>", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "<a>&nbsp;</a>", NULL, LQ_E_XML, LQ_LAYER_XML },
    { "<a>\xc0\xaf</a>", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "text", "not-well-formed", LQ_E_XML, LQ_LAYER_XML },
    { "<!-- c -->", "restricted-xml", LQ_E_XML, LQ_LAYER_XML },
    { "<a><!-- c --></a>", "restricted-xml", LQ_E_XML, LQ_LAYER_XML },
    { "<?pi?>", "restricted-xml", LQ_E_XML, LQ_LAYER_XML },
    { "<a><?pi?></a>", "restricted-xml", LQ_E_XML, LQ_LAYER_XML },
    { "<!DOCTYPE a [<!ENTITY b 'c'>]>", "restricted-xml", LQ_E_XML,
      LQ_LAYER_XML },
};

static void claim_bad(const bad_xml *row)
{
    CLAIM(wish() == LQ_WISH_CLOSE);
    peer_expect(p, "<stream:error/>");
    CLAIM(row->condition == NULL ||
          strstr(peer_last(p), row->condition) != NULL);
    peer_expect_text(p, THE_END);
    peer_hang_up(p);
    expect_event(LQ_EVENT_OFFLINE, row->code);
    CLAIM(lq_failure_layer(failure()) == row->layer);
    CLAIM(row->condition == NULL ||
          strcmp(lq_failure_condition(failure()), row->condition) == 0);
    CLAIM(state() == LQ_STATE_WAITING);
}

START_TEST(what_is_no_xmpp_ends_the_session)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(bad_rows)); i++) {
        p = peer_open(_i);
        peer_send(p, HELLO);
        peer_send(p, bad_rows[i].bytes);
        peer_event(p, LQ_EVENT_MESSAGE); /* what came before counts */
        while (lq_stream_event(p->stream) != NULL) {
        }
        claim_bad(&bad_rows[i]);
        end();
    }
}
END_TEST

START_TEST(what_is_no_xmpp_ends_the_negotiation)
{
    for (size_t i = 0; i < suite_rows(LQ_COUNT(bad_rows)); i++) {
        p = peer_begin(NULL, _i);
        advance(AUTH);
        peer_send(p, bad_rows[i].bytes);
        claim_bad(&bad_rows[i]);
        end();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        stream_that_was_not_started_wishes_nothing,
        start_wishes_a_transport_to_the_domain,
        target_is_the_configured_host,
        domain_is_looked_up_in_ascii,
        account_that_is_no_jid_is_refused,
        authorities_that_cannot_be_read_are_refused,
        config_takes_only_what_can_work,
        timeout_beyond_24_days_counts_as_24_days,
        pauses_beyond_24_days_count_as_24_days,
        transport_is_taken_once_and_as_wished,
        session_has_an_address_while_it_lasts,
        lost_connection_is_followed_by_another,
        server_that_closes_is_answered,
        what_could_not_be_reached_says_why,
        stream_that_may_not_reconnect_is_closed,
        negotiation_has_its_time,
        time_runs_forward_only,
        stop_closes_the_stream_on_both_sides,
        server_that_does_not_close_has_two_seconds,
        connection_lost_while_closing_is_no_failure_of_the_stop,
        stop_closes_from_everywhere,
        what_was_held_when_stopped_never_left,
        start_follows_closed,
        another_start_begins_with_a_clean_slate,
        stream_is_freed_in_any_state,
        stanza_survives_stream_and_context,
        context_may_be_freed_before_its_streams,
        pointer_of_the_program_is_kept,
        output_stays_where_it_is_until_it_was_sent,
        reader_that_takes_no_events_is_not_fed_on,
        idle_stream_has_no_events,
        event_that_has_passed_lets_go_of_its_stanza,
        blanks_and_strangers_mean_nothing,
        what_is_no_xmpp_ends_the_session,
        what_is_no_xmpp_ends_the_negotiation,
        NULL,
    };

    return suite_main_tortured("stream", tests);
}
