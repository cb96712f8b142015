/* test_fates.c - what becomes of what was under way when a managed session
 * (XEP-0198) loses its connection at an odd moment. */
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define JULIET "juliet@example.com"
#define SM     "<sm xmlns='urn:xmpp:sm:3'/>"
#define ENABLE "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
#define ENABLED                                                                \
    "<enabled xmlns='urn:xmpp:sm:3' resume='true' id='of-the-session'/>"
#define FAILED "<failed xmlns='urn:xmpp:sm:3' h='0'/>"
#define MECHANISMS                                                             \
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"                    \
    "<mechanism>PLAIN</mechanism></mechanisms>"
#define BIND    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
#define SUCCESS "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
#define RESUME  "<resume xmlns='urn:xmpp:sm:3'/>"
#define CLOSE   "</stream:stream>"
#define DELAY   "<delay xmlns='urn:xmpp:delay'"

static peer *p;

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

/* A session that is managed as soon as the client takes note of it. */
static peer *open_managed(int chunk)
{
    peer *opened;

    memory_spare(true);
    opened = peer_new(NULL, chunk);
    opened->features = SM;
    lq_context_set_wallclock(opened->context, INT64_C(1900000000000),
                             opened->now);
    lq_stream_claim(opened->stream, LQ_IQ, LQ_ANY, "ask", "urn:ask", NULL);
    peer_login(opened);
    memory_spare(false);
    return opened;
}

/* Log in on a new connection as far as <resume/>. */
static void come_back(void)
{
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, MECHANISMS);
    peer_expect(p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    peer_send(p, SUCCESS);
    peer_header(p, BIND SM);
    peer_expect(p, RESUME);
}

/* ... and further, since there is nothing to be resumed. */
static void come_back_anew(void)
{
    come_back();
    peer_send(p, FAILED);
    peer_expect(p, "<iq type='set'>" BIND "</iq>");
    peer_reply(p, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  "<jid>" PEER_JID "</jid></bind>");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, ENABLE);
}

/* ---- questions ---- */

/* The transport is gone before the client has looked at <enabled/>. */
START_TEST(question_lasts_as_long_as_its_session_may)
{
    const lq_event *event;
    lq_builder *b;
    lq_id id;

    p = open_managed(_i);
    peer_expect(p, ENABLE);
    peer_send(p, "<iq type='get' id='k1' from='" JULIET "'>"
                 "<ask xmlns='urn:ask'/></iq>");
    event = peer_event(p, LQ_EVENT_QUERY);
    id = event == NULL ? 0 : event->id;
    peer_send(p, ENABLED);
    peer_lose(p);
    b = lq_build_answer(p->stream, id);
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_OK);
    peer_event(p, LQ_EVENT_OFFLINE);
    come_back();
    peer_send(p, "<resumed xmlns='urn:xmpp:sm:3' previd='of-the-session'"
                 " h='0'/>");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, "<iq type='result' id='k1' to='" JULIET "'/>");
    peer_close(p);
}
END_TEST

START_TEST(question_ends_with_a_session_that_cannot_last)
{
    const lq_event *event;
    lq_id id;

    p = open_managed(_i);
    peer_expect(p, ENABLE);
    peer_send(p, "<iq type='get' id='k1' from='" JULIET "'>"
                 "<ask xmlns='urn:ask'/></iq>");
    event = peer_event(p, LQ_EVENT_QUERY);
    id = event == NULL ? 0 : event->id;
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM_IS(lq_stream_refuse(p->stream, id, LQ_STANZA_FORBIDDEN, NULL),
             LQ_E_STATE);
    peer_close(p);
}
END_TEST

START_TEST(question_of_a_session_that_lasts_ends_with_the_stream)
{
    p = open_managed(_i);
    peer_send(p, ENABLED);
    peer_send(p, "<iq type='get' id='k1' from='" JULIET "'>"
                 "<ask xmlns='urn:ask'/></iq>");
    peer_event(p, LQ_EVENT_QUERY);
    peer_close(p); /* nothing is left */
}
END_TEST

/* ---- messages ---- */

/* What is read on this connection says nothing about the one before. */
START_TEST(closing_tag_answered_in_a_login_acknowledges_nothing)
{
    const lq_event *event;
    lq_id id;

    p = open_managed(_i);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    peer_quiet(p);
    id = say("are you there?");
    peer_expect(p, "<message type='chat'/>");
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, MECHANISMS);
    lq_stream_stop(p->stream, p->now);
    peer_expect(p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    peer_expect_text(p, CLOSE);
    peer_send(p, CLOSE);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_DELIVERY);
    CLAIM(event != NULL && event->id == id);
    CLAIM(event != NULL && lq_event_delivery(event) == LQ_DELIVERY_UNKNOWN);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_close(p);
}
END_TEST

/* How often PART stands in what was expected last. */
static int times(const char *part)
{
    const char *at = peer_last(p);
    int count = 0;

    while ((at = strstr(at, part)) != NULL) {
        at += strlen(part);
        count++;
    }
    return count;
}

START_TEST(message_that_waits_for_long_says_once_since_when)
{
    char first[64] = "";
    const char *stamp;

    p = open_managed(_i);
    peer_send(p, ENABLED);
    say("are you there?");
    peer_expect(p, ENABLE);
    peer_expect(p, "<message type='chat'/>");
    CLAIM_IS(times(DELAY), 0);
    for (int i = 0; i < 3; i++) {
        peer_lose(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        peer_wait(p, 1000);
        come_back_anew();
        peer_send(p, ENABLED);
        peer_expect(p, "<message type='chat'/>");
        CLAIM_IS(times(DELAY), 1);
        stamp = strstr(peer_last(p), DELAY);
        if (i == 0 && stamp != NULL) {
            strncpy(first, stamp, sizeof(first) - 1);
        }
        CLAIM(stamp != NULL && strncmp(stamp, first, sizeof(first) - 1) == 0);
    }
    peer_close(p);
}
END_TEST

/* ---- a narrow path ---- */

static void send_some(size_t most)
{
    size_t len;

    lq_stream_output(p->stream, &len);
    lq_stream_sent(p->stream, p->now, len < most ? len : most);
    lq_stream_output(p->stream, &len); /* the driver asks until there is none */
}

static void pass(lq_time ms)
{
    p->now += ms;
    lq_stream_tick(p->stream, p->now);
}

static void say_much(void)
{
    char *text = malloc(100001);

    memset(text, 'x', 100000);
    text[100000] = '\0';
    say(text);
    free(text);
}

START_TEST(server_has_time_while_the_path_takes_what_stands_before)
{
    p = open_managed(2);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    peer_quiet(p);
    say_much();
    for (int i = 0; i < 10; i++) {
        send_some(5000);
        pass(15000); /* two of these would be too long */
        CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    }
    pass(25000);
    pass(25000);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    CLAIM_IS(lq_failure_code(lq_stream_failure(p->stream)), LQ_E_DEAD);
    peer_close(p);
}
END_TEST

START_TEST(server_that_was_asked_has_no_more_time)
{
    p = open_managed(2);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    peer_quiet(p);
    say("are you there?");
    free(peer_take(p));
    pass(19999);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    pass(1);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        question_lasts_as_long_as_its_session_may,
        question_ends_with_a_session_that_cannot_last,
        question_of_a_session_that_lasts_ends_with_the_stream,
        closing_tag_answered_in_a_login_acknowledges_nothing,
        message_that_waits_for_long_says_once_since_when,
        server_has_time_while_the_path_takes_what_stands_before,
        server_that_was_asked_has_no_more_time,
        NULL,
    };

    return suite_main_tortured("fates", tests);
}
