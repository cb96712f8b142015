/* test_sm.c - stream management, XEP-0198: counting, acknowledging, resuming,
 * and a server that does not keep to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "stream/stream.h"
#include "suite.h"

#define JULIET      "juliet@example.com"
#define NS          "urn:xmpp:sm:3"
#define SM          "<sm xmlns='" NS "'/>"
#define ENABLE      "<enable xmlns='" NS "' resume='true'/>"
#define ENABLED     "<enabled xmlns='" NS "' resume='true' id='one'/>"
#define ASK         "<r xmlns='" NS "'/>"
#define ACK(h)      "<a xmlns='" NS "' h='" h "'/>"
#define RESUMED(h)  "<resumed xmlns='" NS "' previd='one' h='" h "'/>"
#define FAILED_H(h) "<failed xmlns='" NS "' h='" h "'/>"
#define FAILED      "<failed xmlns='" NS "'/>"
#define SASL        "urn:ietf:params:xml:ns:xmpp-sasl"
#define BIND        "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
#define HEARD(t)    "<message from='" JULIET "'><body>" t "</body></message>"
#define SAID(t)     "<message to='" JULIET "'><body>" t "</body></message>"
#define DELAY       "<delay xmlns='urn:xmpp:delay'/>"

static peer *p;

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_NORMAL, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

static lq_id ask(void)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, NULL);

    lq_build_child(b, "ask", "urn:ask", "");
    return lq_stream_request(p->stream, b);
}

static void expect_fate(lq_id id, int fate)
{
    const lq_event *event = peer_event(p, LQ_EVENT_DELIVERY);

    CLAIM(event != NULL && event->id == id);
    CLAIM(event != NULL && lq_event_delivery(event) == fate);
}

static void expect_reply(lq_id id, int error)
{
    const lq_event *event = peer_event(p, LQ_EVENT_REPLY);

    CLAIM(event != NULL && event->id == id && event->error == error);
}

/* Online, with <enable/> sent. */
static void begin(int chunk)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_timeout(config, LQ_TIMEOUT_REQUEST, 3600000);
    p = peer_new(config, chunk);
    lq_config_free(config);
    p->features = SM;
    lq_context_set_wallclock(p->context, INT64_C(1900000000000), p->now);
    peer_login(p);
    memory_spare(false);
    peer_expect(p, ENABLE);
}

static void begin_managed(int chunk)
{
    begin(chunk);
    peer_send(p, ENABLED);
}

/* Lose the connection and log in as far as the wish to resume with H. */
static void come_back(const char *h)
{
    char resume[96];

    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='" SASL "'><mechanism>PLAIN</mechanism>"
                   "</mechanisms>");
    peer_expect(p, "<auth xmlns='" SASL "'/>");
    peer_send(p, "<success xmlns='" SASL "'/>");
    peer_header(p, SM BIND);
    snprintf(resume, sizeof(resume),
             "<resume xmlns='" NS "' previd='one' h='%s'/>", h);
    peer_expect(p, resume);
}

/* A resource is bound, after the session could not be resumed. */
static void bind_anew(void)
{
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    peer_reply(p,
               "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" PEER_JID
               "</jid></bind>");
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(!lq_event_resumed(&p->event));
    peer_expect(p, ENABLE);
}

static void expect_error(const char *condition)
{
    char pattern[256];

    snprintf(pattern, sizeof(pattern),
             "<error xmlns='http://etherx.jabber.org/streams'>"
             "<%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>",
             condition);
    peer_expect(p, pattern);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
}

static void end(void) { peer_close(p); }

/* ---- counting ---- */

START_TEST(enabling_is_not_awaited)
{
    lq_id id;

    begin(_i);
    id = say("at once");
    peer_expect(p, SAID("at once"));
    peer_send(p, ENABLED);
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    expect_fate(id, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(server_that_cannot_is_not_asked)
{
    p = peer_open(_i);
    say("hello");
    peer_expect(p, SAID("hello"));
    peer_quiet(p);
    end();
}
END_TEST

START_TEST(one_request_is_open_at_a_time)
{
    begin_managed(_i);
    say("one");
    say("two");
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    peer_expect(p, ASK);
    say("three");
    peer_expect(p, SAID("three"));
    peer_quiet(p);
    peer_send(p, ACK("2"));
    peer_expect(p, ASK);
    peer_send(p, ACK("3"));
    peer_quiet(p);
    end();
}
END_TEST

START_TEST(reply_acknowledges_nothing_in_a_managed_session)
{
    lq_id id;

    begin_managed(_i);
    id = say("before");
    ask();
    peer_expect(p, SAID("before"));
    peer_expect(p, "<iq type='get'/>");
    peer_reply(p, "");
    peer_event(p, LQ_EVENT_REPLY);
    peer_expect(p, ASK);
    peer_send(p, ACK("2"));
    expect_fate(id, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(stanza_is_handled_when_the_next_event_is_taken)
{
    begin_managed(_i);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(memory_is_tortured() || p->stream->sm->handled == 0);
    lq_stream_event(p->stream);
    CLAIM(memory_is_tortured() || p->stream->sm->handled == 1);
    peer_send(p, ASK);
    peer_expect(p, ACK("1"));
    end();
}
END_TEST

START_TEST(acknowledgement_comes_unasked_after_many)
{
    begin_managed(_i);
    for (int i = 0; i < 64; i++) {
        peer_send(p, HEARD("more"));
        peer_event(p, LQ_EVENT_MESSAGE);
    }
    peer_expect(p, ACK("64"));
    end();
}
END_TEST

START_TEST(acknowledgement_comes_before_the_end)
{
    begin_managed(_i);
    peer_send(p, HEARD("last"));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_event(p->stream);
    lq_stream_stop(p->stream, p->now);
    peer_expect(p, ACK("1"));
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

/* Else the server keeps it for the next time, and the next process stops as
 * well. */
START_TEST(stanza_that_makes_us_stop_is_acknowledged)
{
    begin_managed(_i);
    peer_send(p, HEARD("stop") HEARD("and behind it"));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_stop(p->stream, p->now);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_expect(p, ACK("2"));
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

START_TEST(acknowledgement_comes_before_the_answer_to_an_end)
{
    begin_managed(_i);
    peer_send(p, HEARD("last"));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_event(p->stream);
    peer_send(p, "</stream:stream>");
    peer_expect(p, ACK("1"));
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

START_TEST(acknowledgement_comes_before_the_answer_to_a_stream_error)
{
    begin_managed(_i);
    peer_send(p, HEARD("last"));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_event(p->stream);
    peer_send(p, "<stream:error><system-shutdown"
                 " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                 "</stream:error></stream:stream>");
    peer_expect(p, ACK("1"));
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

START_TEST(acknowledgement_comes_before_our_stream_error)
{
    begin_managed(_i);
    peer_send(p, HEARD("last"));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_event(p->stream);
    peer_send(p, "<resumed xmlns='" NS "'/>");
    peer_expect(p, ACK("1"));
    expect_error("unsupported-stanza-type");
    end();
}
END_TEST

START_TEST(what_was_not_taken_is_not_acknowledged_at_the_end)
{
    begin_managed(_i);
    peer_quiet(p);
    peer_send(p, HEARD("with the program"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_send(p, "</stream:stream>");
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

START_TEST(counters_go_round)
{
    lq_id id;

    begin_managed(_i);
    peer_quiet(p);
    if (!memory_is_tortured()) {
        lq_unacked *out = &p->stream->sm->out;

        out->acked = out->left = out->last = UINT32_MAX;
        p->stream->sm->asked = UINT32_MAX;
        p->stream->sm->handled = UINT32_MAX;
        id = say("round");
        peer_expect(p, SAID("round"));
        peer_expect(p, ASK);
        peer_send(p, ACK("0"));
        expect_fate(id, LQ_DELIVERY_ACKED);
        peer_send(p, HEARD("round"));
        peer_event(p, LQ_EVENT_MESSAGE);
        peer_send(p, ASK);
        peer_expect(p, ACK("0"));
    }
    end();
}
END_TEST

START_TEST(who_does_not_read_is_not_answered_without_end)
{
    begin_managed(_i);
    peer_quiet(p);
    for (int i = 0; i < 3000; i++) {
        lq_stream_recv(p->stream, p->now, ASK ASK ASK, strlen(ASK ASK ASK));
        while (lq_stream_event(p->stream) != NULL) {
        }
    }
    CLAIM(lq_stream_waiting(p->stream) < LQ_OUTBOX_HIGH + 100);
    end();
}
END_TEST

START_TEST(what_is_not_acknowledged_has_a_bound)
{
    static char text[100 * 1024];
    int sent = 0;

    begin_managed(_i);
    p->chunk = sizeof(text); /* a megabyte in single bytes tells nothing more */
    memset(text, 'x', sizeof(text) - 1);
    while (sent < 20 && say(text) > 0) {
        char *out = peer_take(p);

        free(out);
        sent++;
    }
    CLAIM(memory_is_tortured() || sent == 11);
    CLAIM(memory_is_tortured() || say("more") == LQ_E_FULL);
    CLAIM(memory_is_tortured() || lq_stream_room(p->stream) == 0);
    peer_send(p, ACK("11"));
    peer_event(p, LQ_EVENT_ROOM);
    end();
}
END_TEST

START_TEST(refusal_leaves_the_old_rules)
{
    lq_id id;

    begin(_i);
    id = say("unmanaged");
    peer_expect(p, SAID("unmanaged"));
    peer_send(p, FAILED);
    ask();
    peer_expect(p, "<iq type='get'/>");
    peer_reply(p, "");
    expect_fate(id, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_REPLY);
    peer_quiet(p);
    end();
}
END_TEST

/* ---- resuming ---- */

START_TEST(what_was_not_acknowledged_is_sent_again_in_order)
{
    lq_id one, two, three, held;

    begin_managed(_i);
    one = say("one");
    two = say("two");
    three = say("three");
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    peer_expect(p, SAID("three"));
    come_back("0");
    held = say("four");
    peer_send(p, RESUMED("1"));
    expect_fate(one, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(lq_event_resumed(&p->event));
    peer_expect(p, SAID("two"));
    peer_expect(p, SAID("three"));
    peer_expect(p, SAID("four"));
    peer_expect(p, ASK);
    peer_send(p, ACK("4"));
    expect_fate(two, LQ_DELIVERY_ACKED);
    expect_fate(three, LQ_DELIVERY_ACKED);
    expect_fate(held, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(what_was_handled_is_told_in_resuming)
{
    begin_managed(_i);
    peer_send(p, HEARD("one") HEARD("two"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_event(p, LQ_EVENT_MESSAGE);
    come_back("2");
    end();
}
END_TEST

START_TEST(half_a_stanza_is_not_told_in_resuming)
{
    begin_managed(_i);
    peer_send(p, HEARD("one") HEARD("two") "<message><body>thr");
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_MESSAGE); /* it had come, and was not taken yet */
    come_back("2");
    peer_send(p, RESUMED("0") HEARD("three"));
    peer_event(p, LQ_EVENT_ONLINE);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_send(p, ASK);
    peer_expect(p, ACK("3"));
    end();
}
END_TEST

START_TEST(request_is_answered_after_resuming)
{
    lq_id id;
    char iq[256];

    begin_managed(_i);
    id = ask();
    peer_expect(p, "<iq type='get'><ask xmlns='urn:ask'/></iq>");
    snprintf(iq, sizeof(iq), "%s", peer_last(p));
    come_back("0");
    peer_send(p, RESUMED("0"));
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, "<iq type='get'><ask xmlns='urn:ask'/></iq>");
    CLAIM(strcmp(iq, peer_last(p)) == 0);
    peer_reply(p, "");
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

START_TEST(modules_are_told_and_send_nothing)
{
    begin(_i);
    peer_send(p, ENABLED);
    lq_roster_attach(p->stream);
    lq_presence_attach(p->stream);
    peer_expect(p, "<iq type='get'><query xmlns='jabber:iq:roster'/></iq>");
    peer_reply(p, "<query xmlns='jabber:iq:roster'/>");
    peer_event(p, LQ_EVENT_ROSTER_LOADED);
    peer_expect(p, "<presence/>");
    peer_expect(p, ASK);
    peer_send(p, ACK("2"));
    peer_quiet(p);
    come_back("1");
    peer_send(p, RESUMED("2"));
    peer_event(p, LQ_EVENT_ONLINE);
    peer_quiet(p);
    end();
}
END_TEST

START_TEST(presence_that_changed_meanwhile_is_told)
{
    lq_presence *presence;

    begin(_i);
    presence = lq_presence_attach(p->stream);
    peer_send(p, ENABLED);
    peer_expect(p, "<iq><query xmlns='jabber:iq:roster'/></iq>");
    peer_expect(p, "<presence/>");
    peer_expect(p, ASK);
    peer_send(p, ACK("2"));
    come_back("0");
    lq_presence_set(presence, LQ_SHOW_AWAY, 0);
    peer_send(p, RESUMED("2"));
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, "<presence><show>away</show></presence>");
    end();
}
END_TEST

START_TEST(answer_that_was_given_meanwhile_is_sent)
{
    lq_id question;

    memory_spare(true);
    p = peer_new(NULL, _i);
    p->features = SM;
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "ask", "urn:ask", NULL);
    peer_login(p);
    memory_spare(false);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED "<iq type='get' id='q1' from='" JULIET
                         "/x'><ask xmlns='urn:ask'/></iq>");
    peer_event(p, LQ_EVENT_QUERY);
    question = p->event.id;
    come_back("1");
    CLAIM_IS(lq_stream_answer(p->stream, lq_build_answer(p->stream, question)),
             LQ_OK);
    peer_send(p, RESUMED("0"));
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, "<iq type='result' id='q1' to='" JULIET "/x'/>");
    end();
}
END_TEST

/* ---- not resuming ---- */

START_TEST(what_the_server_lacks_is_carried_over)
{
    lq_id one, two, request, module_free;

    begin_managed(_i);
    one = say("one");
    two = say("two");
    request = ask();
    module_free = ask();
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    come_back("0");
    peer_send(p, FAILED_H("1"));
    expect_fate(one, LQ_DELIVERY_ACKED);
    bind_anew();
    peer_expect(p,
                "<message to='" JULIET "'><body>two</body>" DELAY "</message>");
    CLAIM(strstr(peer_last(p), "from=") == NULL);
    peer_expect(p, "<iq type='get'><ask xmlns='urn:ask'/></iq>");
    peer_reply(p, "");
    expect_reply(request, LQ_OK);
    peer_expect(p, "<iq type='get'><ask xmlns='urn:ask'/></iq>");
    peer_reply(p, "");
    expect_reply(module_free, LQ_OK);
    peer_send(p, ENABLED);
    peer_expect(p, ASK);
    peer_send(p, ACK("3"));
    expect_fate(two, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(request_that_was_read_and_not_answered_is_lost)
{
    lq_id id;

    begin_managed(_i);
    id = ask();
    peer_expect(p, "<iq type='get'/>");
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    come_back("0");
    peer_send(p, FAILED_H("1"));
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    expect_reply(id, LQ_E_LOST);
    end();
}
END_TEST

START_TEST(without_a_count_nobody_knows)
{
    lq_id left, never;

    begin_managed(_i);
    left = say("left");
    peer_expect(p, SAID("left"));
    peer_expect(p, ASK);
    never = say("never");
    come_back("0");
    peer_send(p, FAILED);
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    expect_fate(left, LQ_DELIVERY_UNKNOWN);
    peer_reply(p,
               "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" PEER_JID
               "</jid></bind>");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, ENABLE);
    peer_expect(p, SAID("never"));
    peer_send(p, ENABLED);
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    expect_fate(never, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(stop_while_offline_tells_what_is_known)
{
    lq_id left, never;

    begin_managed(_i);
    left = say("left");
    peer_expect(p, SAID("left"));
    never = say("never");
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_OFFLINE);
    lq_stream_stop(p->stream, p->now);
    expect_fate(left, LQ_DELIVERY_UNKNOWN);
    expect_fate(never, LQ_DELIVERY_FAILED);
    peer_event(p, LQ_EVENT_CLOSED);
    end();
}
END_TEST

/* ---- a dead peer ---- */

START_TEST(request_that_is_not_answered_is_the_end)
{
    begin_managed(_i);
    say("hello?");
    peer_expect(p, SAID("hello?"));
    peer_expect(p, ASK);
    peer_wait(p, 19999);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    peer_wait(p, 1);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_quiet(p); /* a closing tag would end the session */
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(p->event.error == LQ_E_DEAD);
    end();
}
END_TEST

START_TEST(late_tick_and_another_network_ask_the_server)
{
    begin_managed(_i);
    peer_quiet(p);
    CLAIM_IS(lq_stream_network_changed(p->stream, p->now), LQ_OK);
    peer_expect(p, "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    peer_reply(p, "");
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    p->now = lq_stream_deadline(p->stream) + 10001;
    lq_stream_tick(p->stream, p->now);
    peer_expect(p, "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    end();
}
END_TEST

START_TEST(another_network_ends_the_waiting)
{
    p = peer_open(_i);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_NOTHING);
    lq_stream_network_changed(p->stream, p->now);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT);
    end();
}
END_TEST

START_TEST(location_comes_first_and_then_the_domain)
{
    begin(_i);
    peer_send(p, "<enabled xmlns='" NS "' resume='true' id='one'"
                 " location='other.example:5223'/>");
    peer_quiet(p);
    peer_wait(p, 30000);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_wait(p, 0);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT);
    CLAIM(strcmp(lq_stream_target_host(p->stream), "other.example") == 0);
    CLAIM_IS(lq_stream_target_port(p->stream), 5223);
    CLAIM(strcmp(lq_stream_target_domain(p->stream), "example.net") == 0);
    lq_stream_unreachable(p->stream, p->now, NULL);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(lq_stream_target_host(p->stream) == NULL);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        enabling_is_not_awaited,
        server_that_cannot_is_not_asked,
        one_request_is_open_at_a_time,
        reply_acknowledges_nothing_in_a_managed_session,
        stanza_is_handled_when_the_next_event_is_taken,
        acknowledgement_comes_unasked_after_many,
        acknowledgement_comes_before_the_end,
        stanza_that_makes_us_stop_is_acknowledged,
        acknowledgement_comes_before_the_answer_to_an_end,
        acknowledgement_comes_before_the_answer_to_a_stream_error,
        acknowledgement_comes_before_our_stream_error,
        what_was_not_taken_is_not_acknowledged_at_the_end,
        counters_go_round,
        who_does_not_read_is_not_answered_without_end,
        what_is_not_acknowledged_has_a_bound,
        refusal_leaves_the_old_rules,
        what_was_not_acknowledged_is_sent_again_in_order,
        what_was_handled_is_told_in_resuming,
        half_a_stanza_is_not_told_in_resuming,
        request_is_answered_after_resuming,
        modules_are_told_and_send_nothing,
        presence_that_changed_meanwhile_is_told,
        answer_that_was_given_meanwhile_is_sent,
        what_the_server_lacks_is_carried_over,
        request_that_was_read_and_not_answered_is_lost,
        without_a_count_nobody_knows,
        stop_while_offline_tells_what_is_known,
        request_that_is_not_answered_is_the_end,
        late_tick_and_another_network_ask_the_server,
        another_network_ends_the_waiting,
        location_comes_first_and_then_the_domain,
        NULL,
    };

    return suite_main_chunked("sm", tests);
}
