/* test_loop.c - the loop between a stream and a peer behind a real socket.
 *
 * Nothing gets further than the peer's stream features here: what follows needs
 * TLS, and real servers test it. */
#include "world.h"

#include <loquat/module.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER                                                                 \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "               \
    "xmlns:stream='http://etherx.jabber.org/streams' id='1' "                  \
    "from='example.test' version='1.0'>"

/* The world, and a peer that has got the stream's header. */
static int meet(world *w)
{
    int port, listener = listener_open("127.0.0.1", &port), peer;
    char bytes[4096];

    world_open_host(w, NULL, "127.0.0.1", port, LQ_TRANSPORT_STARTTLS);
    peer = world_accept(w, listener);
    ck_assert_int_gt(world_read(w, peer, bytes, sizeof(bytes)), 0);
    ck_assert_ptr_nonnull(strstr(bytes, "<stream:stream"));
    close(listener);
    return peer;
}

static void say(int peer, const char *text)
{
    ssize_t n = send(peer, text, strlen(text), MSG_NOSIGNAL);

    ck_assert_int_eq(n, (ssize_t)strlen(text));
}

/* Read all until the stream's side ends. */
static void hear(world *w, int peer, char *bytes, size_t size)
{
    size_t len = 0;
    int n = 1;

    bytes[0] = '\0';
    while (n > 0 && len + 1 < size) {
        n = world_read(w, peer, bytes + len, size - len);
        len += (size_t)n;
    }
    ck_assert_int_eq(n, 0);
}

/* ---- ends ---- */

START_TEST(peer_without_starttls_is_left_in_order)
{
    char bytes[4096];
    world w;
    int peer = meet(&w);

    say(peer, HEADER "<stream:features/>");
    hear(&w, peer, bytes, sizeof(bytes));
    ck_assert_ptr_nonnull(strstr(bytes, "</stream:stream>"));
    world_until_closed(&w);
    ck_assert_int_ne(w.error, 0);
    ck_assert(w.offline);
    close(peer);
    world_close(&w);
}
END_TEST

START_TEST(peer_that_goes_away_is_a_lost_connection)
{
    world w;
    int peer = meet(&w);

    close(peer);
    world_until_closed(&w);
    ck_assert_int_eq(w.error, LQ_E_NET);
    world_close(&w);
}
END_TEST

START_TEST(last_words_are_read_before_the_reset)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    world w;
    int peer = meet(&w);

    say(peer, HEADER "<stream:error><host-unknown xmlns="
                     "'urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(peer);
    world_until_closed(&w);
    ck_assert_int_eq(w.error, LQ_E_STREAM);
    world_close(&w);
}
END_TEST

START_TEST(our_last_words_arrive_although_the_peer_talks_on)
{
    static char noise[100000], bytes[8192];
    world w;
    int peer = meet(&w);

    memset(noise, 'a', sizeof(noise) - 1);
    say(peer, HEADER "<!-- comment -->");
    say(peer, noise);
    hear(&w, peer, bytes, sizeof(bytes));
    ck_assert_ptr_nonnull(strstr(bytes, "<restricted-xml"));
    ck_assert_ptr_nonnull(strstr(bytes, "</stream:stream>"));
    world_until_closed(&w);
    close(peer);
    world_close(&w);
}
END_TEST

/* Encryption has been asked for: nothing that is said now would be heard as
 * what it is. */
START_TEST(stopping_before_tls_ends_without_a_word)
{
    char bytes[4096];
    world w;
    int peer = meet(&w);

    say(peer, HEADER);
    world_turn(&w);
    lq_stream_stop(w.stream, lq_net_now(w.net));
    ck_assert_int_eq(world_read(&w, peer, bytes, sizeof(bytes)), 0);
    world_until_closed(&w);
    ck_assert_int_eq(w.error, 0);
    close(peer);
    world_close(&w);
}
END_TEST

START_TEST(peer_that_hangs_up_late_is_not_awaited)
{
    world w;
    int peer = meet(&w);
    lq_time start = lq_net_now(w.net);

    say(peer, HEADER "<stream:features/>");
    world_until_closed(&w); /* the peer has not read a byte of it */
    ck_assert_int_lt(lq_net_now(w.net) - start, 1500);
    close(peer);
    world_close(&w);
}
END_TEST

/* ---- the books ---- */

START_TEST(stream_is_driven_once)
{
    world w;

    world_open(&w, NULL, "example.test");
    ck_assert_int_eq(lq_net_add(w.net, w.stream), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_net_add(w.net, NULL), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_net_remove(w.net, w.stream), LQ_OK);
    ck_assert_int_eq(lq_net_remove(w.net, w.stream), LQ_E_ARGUMENT);
    ck_assert_int_eq(lq_net_add(w.net, w.stream), LQ_OK);
    world_close(&w);
}
END_TEST

START_TEST(removed_stream_is_disconnected)
{
    char bytes[64];
    world w;
    int peer = meet(&w);

    lq_net_remove(w.net, w.stream);
    ck_assert_int_eq(world_read(&w, peer, bytes, sizeof(bytes)), 0);
    while (lq_stream_state(w.stream) != LQ_STATE_CLOSED) {
        ck_assert_ptr_nonnull(lq_stream_event(w.stream));
    }
    close(peer);
    world_close(&w);
}
END_TEST

/* ---- from inside a handler ---- */

static world *here;
static int away; /* the peer, which goes away meanwhile */
static int result;

static int remove_inside(void *self, lq_time now)
{
    (void)self, (void)now;
    result = lq_net_remove(here->net, here->stream);
    return LQ_OK;
}

static int dispatch_inside(void *self, lq_time now)
{
    (void)self, (void)now;
    close(away);
    result = lq_net_dispatch(here->net, 1000);
    return LQ_OK;
}

static int event_inside(void *self, lq_time now)
{
    (void)self, (void)now;
    close(away);
    result = lq_net_event(here->net, NULL) == NULL ? LQ_E_BUSY : LQ_OK;
    return LQ_OK;
}

/* Have DUE called when events are taken. */
static void call_inside(world *w, int peer, const lq_module *module)
{
    here = w;
    away = peer;
    result = LQ_OK;
    lq_module_wake(lq_stream_attach(w->stream, module), lq_net_now(w->net));
}

START_TEST(stream_is_not_removed_inside_a_handler)
{
    static const lq_module module = { .size = 1, .due = remove_inside };
    world w;
    int peer = meet(&w);

    call_inside(&w, peer, &module);
    world_turn(&w);
    world_turn(&w);
    ck_assert_int_eq(result, LQ_E_BUSY);
    close(peer);
    world_until_closed(&w);
    ck_assert_int_eq(lq_net_remove(w.net, w.stream), LQ_OK);
    world_close(&w);
}
END_TEST

START_TEST(stream_is_not_served_inside_a_handler)
{
    static const lq_module module = { .size = 1, .due = dispatch_inside };
    world w;
    int peer = meet(&w);

    call_inside(&w, peer, &module);
    world_until_closed(&w);
    ck_assert_int_eq(result, LQ_E_BUSY);
    ck_assert_int_eq(w.error, LQ_E_NET);
    world_close(&w);
}
END_TEST

START_TEST(no_event_is_waited_for_inside_a_handler)
{
    static const lq_module module = { .size = 1, .due = event_inside };
    const lq_event *event;
    lq_stream *stream;
    world w;
    int peer = meet(&w);

    call_inside(&w, peer, &module);
    do {
        event = lq_net_event(w.net, &stream);
        ck_assert_ptr_nonnull(event);
        ck_assert_ptr_eq(stream, w.stream);
    } while (event->type != LQ_EVENT_CLOSED);
    ck_assert_int_eq(result, LQ_E_BUSY);
    world_close(&w);
}
END_TEST

START_TEST(net_can_be_freed_while_connected)
{
    char bytes[64];
    world w;
    int peer = meet(&w);

    lq_net_free(w.net);
    w.net = NULL;
    ck_assert_int_eq(recv(peer, bytes, sizeof(bytes), 0), 0);
    close(peer);
    world_close(&w);
}
END_TEST

/* A listener whose queue is full lets connections hang. */
static int hanger_open(int *port, int *fillers, int count)
{
    int i, hanger = refuser_open("127.0.0.1", port);
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);

    ck_assert_int_eq(listen(hanger, 0), 0);
    getsockname(hanger, (struct sockaddr *)&address, &len);
    for (i = 0; i < count; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fillers[i], (struct sockaddr *)&address, len);
    }
    return hanger;
}

START_TEST(hanging_attempt_has_a_deadline_and_can_be_left)
{
    int port, i, turns, fillers[4], hanger = hanger_open(&port, fillers, 4);
    world w;

    world_open_host(&w, NULL, "127.0.0.1", port, LQ_TRANSPORT_STARTTLS);
    for (turns = 0; turns < 20; turns++) {
        world_turn(&w);
    }
    ck_assert(!w.closed);
    ck_assert_int_gt(lq_net_wait(w.net), 5000);
    ck_assert_int_le(lq_net_wait(w.net), 10000);
    if (_i == 0) {
        lq_stream_stop(w.stream, lq_net_now(w.net));
        world_until_closed(&w);
        ck_assert_int_eq(w.error, 0);
        world_turn(&w);
        ck_assert_int_eq(lq_net_wait(w.net), -1);
    }
    world_close(&w);
    for (i = 0; i < 4; i++) {
        close(fillers[i]);
    }
    close(hanger);
}
END_TEST

/* ---- events ---- */

START_TEST(without_a_started_stream_there_is_no_event)
{
    world w;

    world_open_empty(&w, NULL);
    ck_assert_ptr_null(lq_net_event(w.net, NULL));
    w.stream = world_stream(&w, "example.test");
    ck_assert_int_eq(lq_net_add(w.net, w.stream), LQ_OK);
    ck_assert_ptr_null(lq_net_event(w.net, NULL));
    world_close(&w);
}
END_TEST

START_TEST(every_stream_gets_its_events)
{
    enum { STREAMS = 300 };
    static lq_stream *streams[STREAMS];
    int i, closed = 0, port, refuser = refuser_open("127.0.0.1", &port);
    lq_config *config = lq_config_new("juliet@example.test");
    const lq_event *event;
    lq_stream *stream;
    world w;

    world_open_empty(&w, NULL);
    lq_config_set_password(config, "secret");
    lq_config_set_reconnect(config, LQ_NEVER, LQ_NEVER);
    lq_config_set_host(config, "127.0.0.1", port, LQ_TRANSPORT_STARTTLS);
    for (i = 0; i < STREAMS; i++) {
        streams[i] = lq_stream_new(w.context, config);
        ck_assert_int_eq(lq_net_add(w.net, streams[i]), LQ_OK);
        lq_stream_start(streams[i], lq_net_now(w.net));
    }
    lq_config_free(config);
    while ((event = lq_net_event(w.net, &stream)) != NULL) {
        if (event->type == LQ_EVENT_CLOSED) {
            ck_assert_int_eq(event->error, LQ_E_NET);
            closed++;
            lq_net_remove(w.net, stream); /* in the middle of its turn */
            lq_stream_free(stream);
        }
    }
    ck_assert_int_eq(closed, STREAMS);
    close(refuser);
    world_close(&w);
}
END_TEST

START_TEST(closed_stream_can_start_again)
{
    int port, refuser = refuser_open("127.0.0.1", &port);
    world w;

    world_open_host(&w, NULL, "127.0.0.1", port, LQ_TRANSPORT_STARTTLS);
    world_until_closed(&w);
    w.closed = false;
    ck_assert_ptr_null(lq_net_event(w.net, NULL));
    ck_assert_int_eq(lq_stream_start(w.stream, lq_net_now(w.net)), LQ_OK);
    world_until_closed(&w);
    close(refuser);
    world_close(&w);
}
END_TEST

START_TEST(named_stream_is_looked_after_in_the_next_turn)
{
    world w;
    int peer = meet(&w);

    say(peer, HEADER "<stream:features/>");
    do {
        lq_net_dispatch(w.net, 100);
    } while (lq_net_next(w.net) == NULL);
    ck_assert_int_eq(lq_net_wait(w.net), 0);
    close(peer);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop");
    TCase *all = tcase_create("loop");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(all, 60);
    tcase_add_test(all, peer_without_starttls_is_left_in_order);
    tcase_add_test(all, peer_that_goes_away_is_a_lost_connection);
    tcase_add_test(all, last_words_are_read_before_the_reset);
    tcase_add_test(all, our_last_words_arrive_although_the_peer_talks_on);
    tcase_add_test(all, stopping_before_tls_ends_without_a_word);
    tcase_add_test(all, peer_that_hangs_up_late_is_not_awaited);
    tcase_add_test(all, stream_is_driven_once);
    tcase_add_test(all, removed_stream_is_disconnected);
    tcase_add_test(all, stream_is_not_removed_inside_a_handler);
    tcase_add_test(all, stream_is_not_served_inside_a_handler);
    tcase_add_test(all, no_event_is_waited_for_inside_a_handler);
    tcase_add_test(all, net_can_be_freed_while_connected);
    tcase_add_loop_test(all, hanging_attempt_has_a_deadline_and_can_be_left, 0,
                        2);
    tcase_add_test(all, without_a_started_stream_there_is_no_event);
    tcase_add_test(all, every_stream_gets_its_events);
    tcase_add_test(all, closed_stream_can_start_again);
    tcase_add_test(all, named_stream_is_looked_after_in_the_next_turn);
    suite_add_tcase(suite, all);

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
