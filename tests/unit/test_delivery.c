/* test_delivery.c - the fate of every message, and what happens when the other
 * side does not read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define JULIET "juliet@example.com"
#define SAID   "<message type='chat' to='" JULIET "'/>"
#define ASK    "<iq type='get'><ask xmlns='urn:ask'/></iq>"
#define CLOSE  "</stream:stream>"

static peer *p;

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

static lq_id ask(void)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, NULL);

    lq_build_child(b, "ask", "urn:ask", "");
    return lq_stream_request(p->stream, b);
}

static void expect_delivery(lq_id id, int fate)
{
    const lq_event *event = peer_event(p, LQ_EVENT_DELIVERY);

    CLAIM(event != NULL && event->id == id);
    CLAIM(event != NULL && lq_event_delivery(event) == fate);
}

/* ---- fates ---- */

START_TEST(later_reply_acknowledges_what_was_sent_before)
{
    lq_id first, second, third;

    p = peer_open(_i);
    first = say("one");
    second = say("two");
    ask();
    third = say("three");
    peer_expect(p, SAID);
    peer_expect(p, SAID);
    peer_expect(p, ASK);
    peer_expect(p, SAID);
    peer_reply(p, "");
    expect_delivery(first, LQ_DELIVERY_ACKED);
    expect_delivery(second, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_REPLY);
    peer_quiet(p);
    peer_lose(p);
    expect_delivery(third, LQ_DELIVERY_UNKNOWN);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_close(p);
}
END_TEST

START_TEST(answered_closing_tag_acknowledges_everything)
{
    lq_id id;

    p = peer_open(_i);
    id = say("farewell");
    lq_stream_stop(p->stream, p->now);
    peer_expect(p, SAID);
    peer_expect_text(p, CLOSE);
    peer_send(p, CLOSE);
    expect_delivery(id, LQ_DELIVERY_ACKED);
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_close(p);
}
END_TEST

START_TEST(closing_tag_without_answer_leaves_it_unknown)
{
    lq_id id;

    p = peer_open(_i);
    id = say("farewell");
    lq_stream_stop(p->stream, p->now);
    peer_expect(p, SAID);
    peer_expect_text(p, CLOSE);
    peer_wait(p, 2000);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_hang_up(p);
    expect_delivery(id, LQ_DELIVERY_UNKNOWN);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_close(p);
}
END_TEST

START_TEST(what_never_left_has_failed)
{
    lq_id id;

    p = peer_open(_i);
    id = say("too late");
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    expect_delivery(id, LQ_DELIVERY_FAILED);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_close(p);
}
END_TEST

START_TEST(what_is_held_fails_when_stopped)
{
    lq_id id;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    id = say("never");
    CLAIM(id > 0);
    lq_stream_stop(p->stream, p->now);
    expect_delivery(id, LQ_DELIVERY_FAILED);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_close(p);
}
END_TEST

START_TEST(what_is_held_leaves_at_the_next_login)
{
    lq_id id;

    p = peer_open(_i);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    id = say("later");
    peer_login(p);
    peer_expect(p, SAID);
    ask();
    peer_expect(p, ASK);
    peer_reply(p, "");
    expect_delivery(id, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_REPLY);
    peer_close(p);
}
END_TEST

START_TEST(error_is_data_and_no_fate)
{
    lq_id id;

    p = peer_open(_i);
    id = say("to nobody");
    peer_expect(p, SAID);
    peer_send(p, "<message type='error' from='" JULIET "'><error type='cancel'>"
                 "<service-unavailable "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                 "</error></message>");
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stanza_error(p->event.stanza), LQ_STANZA_SERVICE_UNAVAILABLE);
    ask();
    peer_expect(p, ASK);
    peer_reply(p, "");
    expect_delivery(id, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_REPLY);
    peer_close(p);
}
END_TEST

/* ---- when the other side does not read ---- */

static char *large_text(size_t len)
{
    char *text = malloc(len + 1);

    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

/* The server has read TEXT, and answers the ping behind it. */
static void server_answers(char *text)
{
    const char *ping = text == NULL ? NULL : strstr(text, "<ping "), *id = NULL;

    for (const char *at = text;
         ping != NULL && (at = strstr(at, "<iq id='")) != NULL && at < ping;
         at++) {
        id = at + strlen("<iq id='");
    }
    CLAIM(id != NULL);
    if (id != NULL) {
        peer_sendf(p, "<iq type='result' id='%.*s'/>", (int)strcspn(id, "'"),
                   id);
    }
    free(text);
}

/* It reads all that there is. */
static void server_reads(void) { server_answers(peer_take(p)); }

START_TEST(sending_stops_at_the_high_water_mark_and_goes_on)
{
    char *text = large_text(100000);
    lq_id id;
    int sent = 0;

    p = peer_open(2);
    while ((id = say(text)) > 0) {
        CLAIM(++sent < 10);
    }
    CLAIM_IS(id, LQ_E_FULL);
    CLAIM_IS(sent, 3);
    CLAIM_IS((long)lq_stream_room(p->stream), 0);
    CLAIM_IS(ask(), LQ_E_FULL);
    free(peer_take(p));
    peer_event(p, LQ_EVENT_ROOM);
    CLAIM(lq_stream_room(p->stream) == 256 * 1024);
    CLAIM(say("again") > 0);
    free(peer_take(p));
    peer_quiet(p); /* no second ROOM */
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(room_is_told_once_however_many_wanted_it)
{
    char *text = large_text(100000);

    p = peer_open(2);
    while (say(text) > 0) {
    }
    for (int i = 0; i < 5; i++) {
        CLAIM_IS(say("again"), LQ_E_FULL);
        CLAIM_IS(ask(), LQ_E_FULL);
    }
    CLAIM(lq_stream_event(p->stream) == NULL); /* not before there is any */
    server_reads();
    peer_event(p, LQ_EVENT_ROOM);
    peer_quiet(p);
    CLAIM(say("at last") > 0);
    free(peer_take(p));
    peer_quiet(p);
    while (say(text) > 0) { /* and the next time again */
    }
    server_reads();
    peer_event(p, LQ_EVENT_ROOM);
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

/* Without stream management, too: it is asked, and until it answers there is an
 * end to what we keep. */
START_TEST(what_the_server_does_not_show_to_have_read_has_a_bound)
{
    char *text = large_text(100000);
    int sent = 0;

    p = peer_open(2);
    while (say(text) > 0 && sent < 20) {
        sent++;
        free(peer_take(p)); /* but not the answer */
    }
    CLAIM_IS(sent, 11);
    CLAIM_IS(say(text), LQ_E_FULL);
    CLAIM_IS((long)lq_stream_room(p->stream), 0);
    peer_close(p);
    free(text);
}
END_TEST

/* One stanza may be more than that bound. */
START_TEST(server_is_asked_however_full_we_are)
{
    char *text = large_text(1200000);

    p = peer_open(2);
    CLAIM(say(text) > 0);
    CLAIM_IS(say("too much"), LQ_E_FULL);
    server_reads();
    peer_event(p, LQ_EVENT_ROOM);
    CLAIM(say("again") > 0);
    peer_close(p);
    free(text);
}
END_TEST

/* A narrow path takes longer for what stands before the question than a request
 * has time. */
START_TEST(late_answer_tells_as_well_how_far_the_server_is)
{
    char *text = large_text(100000), *sent;
    lq_id id;

    p = peer_open(2);
    id = say(text);
    sent = peer_take(p);
    peer_wait(p, 100000);
    server_answers(sent);
    expect_delivery(id, LQ_DELIVERY_ACKED);
    peer_close(p);
    free(text);
}
END_TEST

/* The server talks, but has not answered what it was asked; then it falls
 * silent. */
START_TEST(silent_server_is_pinged_however_full_we_are)
{
    char *text = large_text(1200000), *sent;

    p = peer_open(2);
    CLAIM(say(text) > 0);
    free(peer_take(p));
    peer_wait(p, 300000);
    sent = peer_take(p);
    CLAIM(strstr(sent, "<ping ") != NULL);
    free(sent);
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(room_comes_before_the_end)
{
    char *text = large_text(100000);

    p = peer_open(2);
    while (say(text) > 0) {
    }
    lq_stream_stop(p->stream, p->now);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    peer_event(p, LQ_EVENT_ROOM);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(room_comes_before_the_end_of_what_never_left)
{
    char *text = large_text(100000);

    p = peer_begin(NULL, 2);
    lq_stream_start(p->stream, p->now);
    while (say(text) > 0) {
    }
    lq_stream_stop(p->stream, p->now);
    peer_event(p, LQ_EVENT_ROOM);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(room_comes_before_what_was_received)
{
    char *text = large_text(100000);

    p = peer_open(2);
    while (say(text) > 0) {
    }
    free(peer_take(p));
    peer_send(p, "<message from='" JULIET "'><body>x</body></message>");
    peer_event(p, LQ_EVENT_ROOM);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(room_that_nobody_wanted_is_not_told)
{
    char *text = large_text(100000);

    p = peer_open(2);
    say(text);
    say(text);
    free(peer_take(p));
    peer_quiet(p);
    peer_close(p);
    free(text);
}
END_TEST

START_TEST(what_is_held_counts_as_well)
{
    char *text = large_text(100000);
    lq_id id;

    p = peer_begin(NULL, _i);
    lq_stream_start(p->stream, p->now);
    while ((id = say(text)) > 0) {
    }
    CLAIM_IS(id, LQ_E_FULL);
    CLAIM_IS((long)lq_stream_room(p->stream), 0);
    peer_close(p);
    free(text);
}
END_TEST

/* Answers have a reserve of 64 KiB; who asks on without reading loses us. */
START_TEST(who_asks_and_never_reads_is_left)
{
    char *id = large_text(4000), *text = large_text(100000);
    int asked = 0;

    p = peer_open(2);
    while (say(text) > 0) {
    }
    while (lq_stream_wish(p->stream) == LQ_WISH_KEEP && asked < 100) {
        peer_sendf(p, "<iq type='get' id='%s' from='" JULIET "'><q/></iq>", id);
        lq_stream_event(p->stream);
        asked++;
    }
    CLAIM(asked > 5 && asked < 40);
    CLAIM_IS(lq_failure_code(lq_stream_failure(p->stream)), LQ_E_POLICY);
    CLAIM(strcmp(lq_failure_condition(lq_stream_failure(p->stream)),
                 "policy-violation") == 0);
    peer_close(p);
    free(text);
    free(id);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        later_reply_acknowledges_what_was_sent_before,
        answered_closing_tag_acknowledges_everything,
        closing_tag_without_answer_leaves_it_unknown,
        what_never_left_has_failed,
        what_is_held_fails_when_stopped,
        what_is_held_leaves_at_the_next_login,
        error_is_data_and_no_fate,
        sending_stops_at_the_high_water_mark_and_goes_on,
        room_is_told_once_however_many_wanted_it,
        what_the_server_does_not_show_to_have_read_has_a_bound,
        server_is_asked_however_full_we_are,
        late_answer_tells_as_well_how_far_the_server_is,
        silent_server_is_pinged_however_full_we_are,
        room_comes_before_the_end,
        room_comes_before_the_end_of_what_never_left,
        room_comes_before_what_was_received,
        room_that_nobody_wanted_is_not_told,
        what_is_held_counts_as_well,
        who_asks_and_never_reads_is_left,
        NULL,
    };

    return suite_main_tortured("delivery", tests);
}
