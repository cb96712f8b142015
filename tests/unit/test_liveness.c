/* test_liveness.c - noticing that the peer is gone, and coming back. */
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define PING                                                                   \
    "<iq type='get' to='example.net'><ping xmlns='urn:xmpp:ping'/></iq>"

static peer *p;

/* A stream that is online; a time of 0 stands for the default. */
static peer *open_with(int chunk, lq_time idle, lq_time ping, lq_time space)
{
    const lq_time times[] = { idle, ping, space };
    const int which[] = { LQ_TIMEOUT_IDLE, LQ_TIMEOUT_PING, LQ_TIMEOUT_SPACE };
    lq_config *config;
    peer *opened;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    for (int i = 0; i < 3; i++) {
        if (times[i] != 0) {
            lq_config_set_timeout(config, which[i], times[i]);
        }
    }
    opened = peer_new(config, chunk);
    lq_config_free(config);
    peer_login(opened);
    memory_spare(false);
    return opened;
}

/* ---- is it still there? ---- */

START_TEST(silent_server_is_asked_and_then_given_up)
{
    p = open_with(_i, 60000, 10000, LQ_NEVER);
    peer_wait(p, 59999);
    peer_quiet(p);
    peer_wait(p, 1);
    peer_expect(p, PING);
    peer_wait(p, 9999);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    peer_wait(p, 1);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_expect(p, "<error xmlns='http://etherx.jabber.org/streams'/>");
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM_IS(p->event.error, LQ_E_DEAD);
    peer_close(p);
}
END_TEST

START_TEST(any_answer_is_life)
{
    p = open_with(_i, 60000, 10000, LQ_NEVER);
    for (int i = 0; i < 3; i++) {
        peer_wait(p, 60000);
        peer_expect(p, PING);
        peer_refuse(p, "service-unavailable");
        peer_quiet(p); /* the answer is nobody's event */
    }
    peer_wait(p, 60000);
    peer_expect(p, PING);
    peer_send(p, " "); /* a blank is as good */
    peer_wait(p, 59999);
    peer_quiet(p);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    peer_close(p);
}
END_TEST

START_TEST(busy_server_is_not_asked)
{
    p = open_with(_i, 60000, 10000, LQ_NEVER);
    for (int i = 0; i < 10; i++) {
        peer_wait(p, 30000);
        peer_send(p, "<message from='a@b'/>");
        peer_event(p, LQ_EVENT_MESSAGE);
    }
    peer_quiet(p);
    peer_close(p);
}
END_TEST

START_TEST(blank_keeps_the_path_open)
{
    char *sent;

    p = open_with(_i, LQ_NEVER, 0, 5000);
    peer_wait(p, 4999);
    sent = peer_take(p);
    CLAIM(sent[0] == '\0');
    free(sent);
    peer_wait(p, 1);
    sent = peer_take(p);
    CLAIM(strcmp(sent, " ") == 0);
    free(sent);
    peer_wait(p, 4999);
    sent = peer_take(p);
    CLAIM(sent[0] == '\0');
    free(sent);
    peer_close(p);
}
END_TEST

START_TEST(both_can_be_switched_off)
{
    char *sent;

    p = open_with(_i, LQ_NEVER, 0, LQ_NEVER);
    CLAIM(lq_stream_deadline(p->stream) == LQ_NEVER);
    peer_wait(p, 100000000);
    sent = peer_take(p);
    CLAIM(sent[0] == '\0');
    free(sent);
    peer_close(p);
}
END_TEST

/* ---- coming back ---- */

static lq_time wait_for_wish(lq_time most)
{
    lq_time before = p->now;

    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_NOTHING);
    if (lq_stream_deadline(p->stream) != LQ_NEVER) {
        lq_time delay = lq_stream_deadline(p->stream) - before;

        CLAIM(delay >= 0 && delay <= most);
        peer_wait(p, delay < 0 ? 0 : delay);
    }
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT);
    return p->now - before;
}

static void fail_to_connect(void)
{
    lq_stream_unreachable(p->stream, p->now, "nobody home");
    peer_event(p, LQ_EVENT_OFFLINE);
}

START_TEST(pauses_double_up_to_a_ceiling_with_full_jitter)
{
    lq_time most = 2000, longest = 0, sum = 0;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CONNECT); /* at once */
    for (int i = 0; i < 60; i++) {
        lq_time delay;

        fail_to_connect();
        delay = wait_for_wish(most);
        longest = delay > longest ? delay : longest;
        sum += delay;
        most = most * 2 > 300000 ? 300000 : most * 2;
    }
    CLAIM(longest > 200000);          /* the ceiling is used */
    CLAIM(sum / 60 < 300000 * 3 / 4); /* and so is what is below it */
    CLAIM(sum / 60 > 300000 / 4);
    peer_close(p);
}
END_TEST

START_TEST(unreachable_says_what_was_tried)
{
    const lq_failure *failure;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    fail_to_connect();
    failure = lq_stream_failure(p->stream);
    CLAIM_IS(lq_failure_layer(failure), LQ_LAYER_NET);
    CLAIM_IS(lq_failure_code(failure), LQ_E_NET);
    CLAIM(strcmp(lq_failure_text(failure), "nobody home") == 0);
    CLAIM(strstr(lq_failure_message(failure), "nobody home") != NULL);
    peer_close(p);
}
END_TEST

/* Have N sessions end at once, or after HELD ms; the longest pause. */
static lq_time pause_after(int n, lq_time held)
{
    lq_time longest = 0;

    for (int i = 0; i < n; i++) {
        lq_time delay;

        peer_login(p);
        peer_wait(p, held);
        peer_lose(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        delay = wait_for_wish(300000);
        longest = delay > longest ? delay : longest;
    }
    return longest;
}

START_TEST(session_that_held_begins_the_count_anew)
{
    p = peer_begin(NULL, _i);
    CLAIM(pause_after(20, 30000) <= 2000);
    peer_close(p);
}
END_TEST

START_TEST(session_that_ends_at_once_does_not)
{
    p = peer_begin(NULL, _i);
    CLAIM(pause_after(20, 100) > 10000);
    peer_close(p);
}
END_TEST

START_TEST(without_reconnecting_the_first_loss_is_the_end)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    p = peer_new(config, _i);
    lq_config_free(config);
    peer_login(p);
    memory_spare(false);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    CLAIM_IS(p->event.error, LQ_E_NET);
    CLAIM(lq_stream_deadline(p->stream) == LQ_NEVER);
    peer_close(p);
}
END_TEST

static const char *const finals[] = {
    "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
    "<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
    "<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
};

START_TEST(some_ends_are_for_good)
{
    for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
        p = peer_open(_i);
        peer_sendf(p, "<stream:error>%s</stream:error></stream:stream>",
                   finals[i]);
        CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
        peer_hang_up(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        CLAIM_IS(p->event.error, LQ_E_STREAM);
        peer_event(p, LQ_EVENT_CLOSED);
        CLAIM_IS(lq_stream_state(p->stream), LQ_STATE_CLOSED);
        CLAIM(lq_stream_deadline(p->stream) == LQ_NEVER);
        peer_close(p);
    }
}
END_TEST

START_TEST(clock_that_runs_backwards_stands_still)
{
    p = open_with(_i, 60000, 10000, LQ_NEVER);
    peer_wait(p, 59999);
    lq_stream_tick(p->stream, 0);
    peer_quiet(p);
    CLAIM(lq_stream_deadline(p->stream) == p->now + 1);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        silent_server_is_asked_and_then_given_up,
        any_answer_is_life,
        busy_server_is_not_asked,
        blank_keeps_the_path_open,
        both_can_be_switched_off,
        pauses_double_up_to_a_ceiling_with_full_jitter,
        unreachable_says_what_was_tried,
        session_that_held_begins_the_count_anew,
        session_that_ends_at_once_does_not,
        without_reconnecting_the_first_loss_is_the_end,
        some_ends_are_for_good,
        clock_that_runs_backwards_stands_still,
        NULL,
    };

    return suite_main_tortured("liveness", tests);
}
