/* test_request.c - questions to others, and the one reply that each gets. */
#include <loquat/module.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "peer_xml.h"
#include "stream/stream.h"
#include "suite.h"

#define ASK    "<iq type='get'><ask xmlns='urn:ask'/></iq>"
#define JULIET "juliet@example.com/balcony"

static peer *p;

static lq_id ask(const char *to)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, to);

    lq_build_child(b, "ask", "urn:ask", "");
    return lq_stream_request(p->stream, b);
}

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

static void expect_reply(lq_id id, int error)
{
    const lq_event *event = peer_event(p, LQ_EVENT_REPLY);

    CLAIM(event->id == id);
    CLAIM(event->error == error);
    CLAIM((event->stanza != NULL) == (error == LQ_OK || error == LQ_E_STANZA));
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* ---- replies ---- */

START_TEST(request_ends_in_the_result)
{
    lq_id id;

    p = peer_open(_i);
    id = ask(JULIET);
    CLAIM(id > 0);
    peer_expect(p,
                "<iq type='get' to='" JULIET "'><ask xmlns='urn:ask'/></iq>");
    peer_reply(p, "<answer xmlns='urn:ask'>42</answer>");
    expect_reply(id, LQ_OK);
    CLAIM(strcmp(lq_element_text(lq_stanza_payload(p->event.stanza)), "42") ==
          0);
    end();
}
END_TEST

START_TEST(request_ends_in_the_error)
{
    lq_id id;

    p = peer_open(_i);
    id = ask(NULL);
    peer_expect(p, ASK);
    peer_refuse(p, "item-not-found");
    expect_reply(id, LQ_E_STANZA);
    CLAIM(lq_stanza_error(p->event.stanza) == LQ_STANZA_ITEM_NOT_FOUND);
    end();
}
END_TEST

static void answer_as(const char *id, const char *from)
{
    if (from == NULL) {
        peer_sendf(p, "<iq type='result' id='%s'/>", id);
    } else {
        peer_sendf(p, "<iq type='result' id='%s' from='%s'/>", id, from);
    }
}

/* Like one that is addressed to nobody. */
START_TEST(request_to_the_empty_address_is_answered_by_the_account)
{
    char wire[64];
    lq_id id;

    p = peer_open(_i);
    id = ask("");
    peer_expect(p, "<iq type='get' to=''><ask xmlns='urn:ask'/></iq>");
    xml_attr(peer_last(p), "id", wire, sizeof(wire));
    answer_as(wire, JULIET);
    peer_quiet(p);
    answer_as(wire, NULL);
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

START_TEST(replies_and_stanzas_keep_their_order)
{
    char first[64], second[64];
    lq_id a, b;

    p = peer_open(_i);
    a = ask(NULL);
    peer_expect(p, ASK);
    xml_attr(peer_last(p), "id", first, sizeof(first));
    b = ask(NULL);
    peer_expect(p, ASK);
    xml_attr(peer_last(p), "id", second, sizeof(second));
    peer_sendf(p,
               "<message id='m1'/><iq type='result' id='%s'/>"
               "<message id='m2'/><iq type='result' id='%s'/>",
               second, first);
    peer_event(p, LQ_EVENT_MESSAGE);
    expect_reply(b, LQ_OK);
    peer_event(p, LQ_EVENT_MESSAGE);
    expect_reply(a, LQ_OK);
    end();
}
END_TEST

/* ---- time ---- */

START_TEST(timeout_counts_from_the_first_entry_after_the_request)
{
    lq_id id;

    p = peer_open(_i);
    id = ask(NULL); /* the program has slept since the last entry */
    p->now += 65000;
    CLAIM(lq_stream_deadline(p->stream) <= p->now);
    lq_stream_tick(p->stream, p->now);
    peer_expect(p, ASK);
    peer_wait(p, 59999);
    peer_quiet(p);
    peer_wait(p, 1);
    expect_reply(id, LQ_E_TIMEOUT);
    peer_reply(p, ""); /* too late */
    end();
}
END_TEST

START_TEST(timeout_is_as_configured)
{
    lq_config *config;
    lq_id id;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_timeout(config, LQ_TIMEOUT_REQUEST, 5);
    p = peer_new(config, _i);
    lq_config_free(config);
    peer_login(p);
    memory_spare(false);
    id = ask(NULL);
    peer_expect(p, ASK);
    peer_wait(p, 5);
    expect_reply(id, LQ_E_TIMEOUT);
    end();
}
END_TEST

START_TEST(reply_that_has_arrived_beats_its_deadline)
{
    lq_id id, late;

    p = peer_open(_i);
    id = ask(NULL);
    late = ask(NULL);
    peer_expect(p, ASK);
    peer_send(p, "<message/>");
    peer_reply(p, "");
    peer_wait(p, 60000);
    peer_event(p, LQ_EVENT_MESSAGE);
    expect_reply(id, LQ_OK);
    expect_reply(late, LQ_E_TIMEOUT);
    peer_expect(p, ASK);
    end();
}
END_TEST

/* ---- identity ---- */

START_TEST(numbers_begin_again_and_skip_what_is_alive)
{
    lq_id first, last, again;

    p = peer_open(_i);
    first = ask(NULL);
    p->stream->ids.last = INT32_MAX - 1;
    last = ask(NULL);
    CLAIM(last == INT32_MAX);
    p->stream->ids.last = first == 1 ? INT32_MAX : first - 1;
    again = ask(NULL);
    CLAIM(first > 0 && again == first + 1);
    peer_expect(p, ASK);
    peer_expect(p, ASK);
    peer_expect(p, ASK);
    end();
}
END_TEST

/* ---- what may be sent ---- */

START_TEST(only_iqs_are_requests)
{
    lq_builder *b;
    lq_stream *s;

    p = peer_open(_i);
    s = p->stream;
    CLAIM_IS(lq_stream_request(s, lq_build_message(s, LQ_CHAT, JULIET)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_send(s, lq_build_iq(s, LQ_GET, JULIET)), LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_request(s, lq_build_iq(s, LQ_RESULT, JULIET)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_request(s, lq_build_iq(s, LQ_ERROR, JULIET)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_request(s, lq_build_iq(s, LQ_ANY, JULIET)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_send(s, lq_build_message(s, LQ_SUBSCRIBE, JULIET)),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_request(s, NULL), LQ_E_NOMEM);
    CLAIM_IS(lq_stream_send(s, NULL), LQ_E_NOMEM);
    b = lq_build_iq(s, LQ_SET, NULL);
    lq_build_open(b, "left", "urn:open");
    CLAIM_IS(lq_stream_request(s, b), LQ_E_ARGUMENT);
    b = lq_build_iq(s, LQ_SET, NULL);
    lq_build_close(b);
    CLAIM_IS(lq_stream_request(s, b), LQ_E_ARGUMENT);
    b = lq_build_iq(s, LQ_SET, NULL);
    lq_build_child(b, "bad", "urn:x", "\xff");
    CLAIM(lq_builder_error(b) == LQ_E_ARGUMENT);
    CLAIM_IS(lq_stream_request(s, b), LQ_E_ARGUMENT);
    b = lq_build_iq(s, LQ_SET, "\x01");
    CLAIM_IS(lq_stream_request(s, b), LQ_E_ARGUMENT);
    end();
}
END_TEST

/* What fails first is said: a child that there was no memory for was not closed
 * without having been opened. */
START_TEST(builder_without_memory_says_so)
{
    unsigned long n = 1;
    bool failed;
    lq_id id;

    p = peer_open(_i);
    do {
        memory_fail(n++, false);
        id = say("hello");
        failed = memory_failed();
        memory_fail(0, false);
        ck_assert(id > 0 || id == LQ_E_NOMEM);
    } while (failed);
    ck_assert(n > 2);
    free(peer_take(p));
    peer_close(p);
}
END_TEST

/* ---- before and after the session ---- */

static int first_flight(void *self, bool resumed)
{
    lq_builder *b = lq_build_iq(lq_module_stream(self), LQ_GET, NULL);

    (void)resumed;
    lq_build_child(b, "flight", "urn:ask", "");
    lq_module_request(self, b, 0);
    return LQ_OK;
}

static const lq_module flying = { .name = "flying",
                                  .size = 1,
                                  .online = first_flight };

static void begin_with_module(int chunk_index)
{
    memory_spare(true);
    p = peer_new(NULL, chunk_index);
    lq_stream_attach(p->stream, &flying);
    lq_stream_start(p->stream, p->now);
    memory_spare(false);
}

/* The login itself is not what these are about. */
static void login(void)
{
    memory_spare(true);
    peer_login(p);
    memory_spare(false);
}

START_TEST(what_is_held_leaves_in_order_behind_the_first_flight)
{
    lq_id id;

    begin_with_module(_i);
    say("one");
    id = ask(NULL);
    say("two");
    login();
    peer_expect(p, "<iq><flight xmlns='urn:ask'/></iq>");
    peer_expect(p, "<message><body>one</body></message>");
    peer_expect(p, ASK);
    peer_reply(p, "");
    peer_expect(p, "<message><body>two</body></message>");
    expect_reply(id, LQ_OK);
    end();
}
END_TEST

START_TEST(what_is_held_waits_for_the_connection_that_succeeds)
{
    begin_with_module(_i);
    ask(NULL);
    lq_stream_unreachable(p->stream, p->now, NULL);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_wait(p, 2000);
    login();
    peer_expect(p, "<iq><flight xmlns='urn:ask'/></iq>");
    peer_expect(p, ASK);
    end();
}
END_TEST

START_TEST(what_is_held_for_too_long_never_leaves)
{
    lq_id id;

    begin_with_module(_i);
    id = ask(NULL);
    peer_wait(p, 60000);
    expect_reply(id, LQ_E_TIMEOUT);
    login();
    peer_expect(p, "<iq><flight xmlns='urn:ask'/></iq>");
    end();
}
END_TEST

START_TEST(only_presence_for_good_is_held)
{
    static const struct {
        int type;
        bool held;
    } rows[] = { { LQ_ANY, false },         { LQ_AVAILABLE, false },
                 { LQ_UNAVAILABLE, false }, { LQ_PROBE, false },
                 { LQ_SUBSCRIBE, true },    { LQ_UNSUBSCRIBED, true } };

    begin_with_module(_i);
    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        lq_id id = lq_stream_send(
            p->stream, lq_build_presence(p->stream, rows[i].type, JULIET));

        CLAIM(rows[i].held ? id > 0 : id == LQ_E_STATE);
    }
    login();
    peer_expect(p, "<iq><flight xmlns='urn:ask'/></iq>");
    peer_expect(p, "<presence type='subscribe'/>");
    peer_expect(p, "<presence type='unsubscribed'/>");
    end();
}
END_TEST

START_TEST(request_is_lost_with_its_connection)
{
    lq_id sent, unsent;

    p = peer_open(_i);
    sent = ask(NULL);
    peer_expect(p, ASK);
    unsent = ask(NULL);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    expect_reply(sent, LQ_E_LOST);
    expect_reply(unsent, LQ_E_LOST);
    peer_event(p, LQ_EVENT_OFFLINE);
    login();
    peer_reply(p, ""); /* from another life */
    end();
}
END_TEST

START_TEST(reply_that_came_before_the_end_counts)
{
    lq_id answered, lost;

    p = peer_open(_i);
    answered = ask(NULL);
    lost = ask(NULL);
    peer_expect(p, ASK);
    peer_reply(p, "");
    peer_lose(p);
    expect_reply(answered, LQ_OK);
    expect_reply(lost, LQ_E_LOST);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_expect(p, ASK); /* it had left before */
    end();
}
END_TEST

START_TEST(every_request_ends_when_stopped)
{
    lq_id id, held;

    p = peer_open(_i);
    id = ask(NULL);
    peer_expect(p, ASK);
    lq_stream_stop(p->stream, p->now);
    CLAIM_IS(ask(NULL), LQ_E_STATE);
    peer_expect_text(p, "</stream:stream>");
    peer_send(p, "</stream:stream>");
    peer_hang_up(p);
    expect_reply(id, LQ_E_LOST);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);

    lq_stream_start(p->stream, p->now);
    held = ask(NULL);
    lq_stream_stop(p->stream, p->now);
    expect_reply(held, LQ_E_STATE);
    peer_event(p, LQ_EVENT_CLOSED);
    CLAIM_IS(ask(NULL), LQ_E_STATE);
    end();
}
END_TEST

START_TEST(stream_is_freed_with_requests_everywhere)
{
    begin_with_module(_i);
    ask(NULL); /* held */
    peer_close(p);

    p = peer_open(_i);
    ask(NULL); /* open */
    peer_expect(p, ASK);
    ask(NULL); /* answered, not taken */
    peer_reply(p, "");
    lq_builder_free(lq_build_iq(p->stream, LQ_GET, NULL)); /* never sent */
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        request_ends_in_the_result,
        request_ends_in_the_error,
        request_to_the_empty_address_is_answered_by_the_account,
        replies_and_stanzas_keep_their_order,
        timeout_counts_from_the_first_entry_after_the_request,
        timeout_is_as_configured,
        reply_that_has_arrived_beats_its_deadline,
        numbers_begin_again_and_skip_what_is_alive,
        only_iqs_are_requests,
        what_is_held_leaves_in_order_behind_the_first_flight,
        what_is_held_waits_for_the_connection_that_succeeds,
        what_is_held_for_too_long_never_leaves,
        only_presence_for_good_is_held,
        builder_without_memory_says_so,
        request_is_lost_with_its_connection,
        reply_that_came_before_the_end_counts,
        every_request_ends_when_stopped,
        stream_is_freed_with_requests_everywhere,
        NULL,
    };

    return suite_main_tortured("request", tests);
}
