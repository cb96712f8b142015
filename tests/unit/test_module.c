/* test_module.c - what a module is told, and what it may do meanwhile. */
#include <loquat/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "suite.h"

#define THE_END "</stream:stream>"
#define ASK     "<iq type='get'><ask xmlns='urn:ask'/></iq>"
#define MOVE    "<message from='a@example.org'><move xmlns='urn:x'/></message>"

static peer *p;
static char talk[256];

/* ---- modules that take notes ---- */

typedef struct actor {
    char letter;
    void (*online)(struct actor *self); /* what else it does there */
    void (*moves)(struct actor *self);  /* when it is told to move */
    void (*due)(struct actor *self);
} actor;

static int init_result;

static void note(const char *what, const actor *self)
{
    size_t len = strlen(talk);

    if (len + strlen(what) + 3 < sizeof(talk)) {
        sprintf(talk + len, "%s%c ", what, self->letter);
    }
}

static int actor_init(void *self, lq_stream *stream)
{
    CLAIM(lq_module_stream(self) == stream);
    ((actor *)self)->letter = '?';
    return init_result;
}

static int actor_online(void *self, bool resumed)
{
    actor *a = self;

    CLAIM(!resumed);
    note("on", a);
    if (a->online != NULL) {
        a->online(a);
    }
    return LQ_OK;
}

static void actor_offline(void *self) { note("off", self); }

static int actor_due(void *self, lq_time now)
{
    actor *a = self;

    CLAIM(now == lq_stream_now(p->stream));
    note("due", a);
    if (a->due != NULL) {
        a->due(a);
    }
    return LQ_OK;
}

static void actor_reply(void *self, lq_id id, const lq_stanza *stanza,
                        int error)
{
    CLAIM(id > 0);
    CLAIM((stanza != NULL) == (error == LQ_OK || error == LQ_E_STANZA));
    note(error == LQ_OK ? "ok" : lq_error_name(error), self);
}

static void actor_clear(void *self) { note("end", self); }

static int actor_move(void *self, const lq_stanza *stanza,
                      const lq_element *payload)
{
    actor *a = self;

    (void)stanza, (void)payload;
    if (a->moves != NULL) {
        a->moves(a);
    }
    return LQ_PASS;
}

static const lq_handler handlers[] = {
    { LQ_MESSAGE, LQ_ANY, "move", "urn:x", actor_move },
    { 0 },
};

static const char *const features_a[] = { "urn:a", "urn:both", NULL };
static const char *const features_b[] = { "urn:both", "urn:b", NULL };

#define ACTOR(its_name, its_features)                                          \
    {                                                                          \
        .name = its_name, .features = its_features, .handlers = handlers,      \
        .size = sizeof(actor), .init = actor_init, .online = actor_online,     \
        .offline = actor_offline, .due = actor_due, .reply = actor_reply,      \
        .clear = actor_clear                                                   \
    }

static const lq_module module_a = ACTOR("a", features_a);
static const lq_module module_b = ACTOR("b", features_b);
static const lq_module bare = { .name = "bare", .size = 1 };

/* NULL only when memory is short. */
static actor *attach(const lq_module *module, char letter)
{
    actor *a = lq_stream_attach(p->stream, module);

    CLAIM(a != NULL);
    if (a != NULL) {
        a->letter = letter;
    }
    return a;
}

static void claim_talk(const char *want)
{
    ck_assert_msg(memory_is_tortured() || strcmp(talk, want) == 0,
                  "told was \"%s\", not \"%s\"", talk, want);
    talk[0] = '\0';
}

static void begin(int chunk_index)
{
    init_result = LQ_OK;
    talk[0] = '\0';
    p = peer_begin(NULL, chunk_index);
}

static void login(void)
{
    memory_spare(true);
    peer_login(p);
    memory_spare(false);
}

static void end(void)
{
    claim_talk("");
    peer_quiet(p);
    peer_close(p);
    talk[0] = '\0';
}

/* ---- life ---- */

START_TEST(hooks_are_called_in_order_of_attachment)
{
    begin(_i);
    attach(&module_b, 'b');
    attach(&bare, '-'); /* which has none */
    attach(&module_a, 'a');
    login();
    claim_talk("onb ona ");
    peer_lose(p);
    CLAIM(peer_event(p, LQ_EVENT_OFFLINE) != NULL);
    claim_talk("offb offa ");
    login();
    claim_talk("onb ona ");
    peer_close(p);
    claim_talk("endb enda ");
}
END_TEST

START_TEST(module_is_attached_once)
{
    actor *a;

    begin(_i);
    CLAIM(lq_stream_module(p->stream, &module_a) == NULL);
    a = attach(&module_a, 'a');
    CLAIM(attach(&module_a, 'a') == a);
    CLAIM(lq_stream_module(p->stream, &module_a) == a);
    CLAIM(lq_stream_module(p->stream, &module_b) == NULL);
    end();
}
END_TEST

START_TEST(module_that_does_not_begin_is_not_there)
{
    void *a;

    begin(_i);
    init_result = LQ_E_NOMEM;
    a = lq_stream_attach(p->stream, &module_a);
    CLAIM(a == NULL);
    CLAIM(lq_stream_module(p->stream, &module_a) == NULL);
    CLAIM(strcmp(talk, "end? ") == 0);
    talk[0] = '\0';
    init_result = LQ_OK;
    attach(&module_a, 'a');
    login();
    claim_talk("ona ");
    end();
}
END_TEST

START_TEST(module_that_comes_late_is_online_at_once)
{
    begin(_i);
    login();
    attach(&module_a, 'a');
    claim_talk("on? ");
    peer_lose(p);
    attach(&module_b, 'b'); /* but not now */
    claim_talk("");
    peer_event(p, LQ_EVENT_OFFLINE);
    claim_talk("offa ");
    end();
}
END_TEST

static void bring_b(actor *self)
{
    (void)self;
    attach(&module_b, 'b');
}

START_TEST(module_may_bring_another)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    if (a != NULL) {
        a->online = bring_b;
    }
    login();
    claim_talk("ona on? ");
    CLAIM(lq_stream_module(p->stream, &module_b) != NULL);
    end();
}
END_TEST

/* Until it is SELF. */
static int tell_feature(void *self, const char *feature)
{
    sprintf(talk + strlen(talk), "%s ", feature);
    return strcmp(feature, self) == 0 ? LQ_E_FULL : LQ_OK;
}

START_TEST(features_are_told_by_all_who_advertise_them)
{
    char none[] = "", b[] = "urn:b";

    begin(_i);
    attach(&module_a, 'a');
    attach(&bare, '-');
    attach(&module_b, 'b');
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "x", "urn:c", "urn:c");
    CLAIM_IS(lq_stream_features(p->stream, tell_feature, none), LQ_OK);
    claim_talk("urn:a urn:both urn:both urn:b urn:c ");
    CLAIM_IS(lq_stream_features(p->stream, tell_feature, b), LQ_E_FULL);
    claim_talk("urn:a urn:both urn:both urn:b ");
    end();
}
END_TEST

/* ---- requests ---- */

static lq_id ask(void *self, lq_time timeout)
{
    lq_builder *b = lq_build_iq(p->stream, LQ_GET, NULL);

    lq_build_child(b, "ask", "urn:ask", "");
    return self == NULL ? LQ_E_NOMEM : lq_module_request(self, b, timeout);
}

START_TEST(replies_go_to_the_module_and_are_no_events)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    attach(&module_b, 'b');
    login();
    claim_talk("ona onb ");
    if (a == NULL) {
        peer_close(p);
        return;
    }
    ask(a, 0);
    peer_expect(p, ASK);
    peer_reply(p, "");
    peer_quiet(p);
    claim_talk("oka ");
    ask(a, 0);
    peer_expect(p, ASK);
    peer_refuse(p, "forbidden");
    peer_quiet(p);
    claim_talk("LQ_E_STANZAa ");
    ask(a, 500);
    peer_expect(p, ASK);
    peer_wait(p, 500);
    peer_quiet(p);
    claim_talk("LQ_E_TIMEOUTa ");
    ask(a, 0);
    peer_expect(p, ASK);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    claim_talk("LQ_E_LOSTa offa offb ");
    end();
}
END_TEST

/* ---- time ---- */

START_TEST(module_is_woken_when_it_asked_to_be)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    login();
    claim_talk("ona ");
    if (a == NULL) {
        peer_close(p);
        return;
    }
    CLAIM_IS(lq_module_wake(a, p->now + 1000), LQ_OK);
    CLAIM(lq_stream_deadline(p->stream) == p->now + 1000);
    peer_wait(p, 999);
    peer_quiet(p);
    claim_talk("");
    peer_wait(p, 1);
    claim_talk(""); /* not before events are taken */
    peer_quiet(p);
    claim_talk("duea ");
    peer_wait(p, 5000);
    peer_quiet(p);
    claim_talk(""); /* once */
    lq_module_wake(a, p->now + 1000);
    CLAIM_IS(lq_module_wake(a, LQ_NEVER), LQ_OK);
    peer_wait(p, 5000);
    end();
}
END_TEST

static void again(actor *self)
{
    lq_module_wake(self, lq_stream_now(p->stream) + 10);
}

START_TEST(module_is_not_woken_after_it_took_that_back)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    if (a != NULL) {
        CLAIM_IS(lq_module_wake(a, p->now + 10), LQ_OK);
        lq_stream_tick(p->stream, p->now += 10); /* due, but not told */
        CLAIM_IS(lq_module_wake(a, LQ_NEVER), LQ_OK);
        peer_quiet(p);
        claim_talk("");
        CLAIM_IS(lq_module_wake(a, p->now + 10), LQ_OK);
        lq_stream_tick(p->stream, p->now += 10);
        CLAIM_IS(lq_module_wake(a, p->now + 10), LQ_OK); /* rather later */
        peer_quiet(p);
        claim_talk("");
        peer_wait(p, 10);
        peer_quiet(p);
        claim_talk("duea ");
    }
    end();
}
END_TEST

START_TEST(module_may_wake_itself_again)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    if (a == NULL) {
        peer_close(p);
        return;
    }
    a->due = again;
    lq_module_wake(a, p->now + 10); /* online or not */
    for (int i = 0; i < 3; i++) {
        peer_wait(p, 10);
        peer_quiet(p);
        claim_talk("duea ");
    }
    end();
}
END_TEST

START_TEST(wall_clock_is_what_the_driver_says)
{
    begin(_i);
    lq_stream_tick(p->stream, 5000);
    CLAIM(lq_stream_now(p->stream) == 5000);
    CLAIM(lq_stream_unix_ms(p->stream) == LQ_NEVER);
    lq_context_set_wallclock(p->context, 1000000, 4000);
    CLAIM(lq_stream_unix_ms(p->stream) == 1001000);
    lq_context_set_wallclock(p->context, 500, 5000); /* it was set back */
    CLAIM(lq_stream_unix_ms(p->stream) == 500);
    end();
}
END_TEST

/* ---- from inside ---- */

static int tried;

static void try_everything(actor *self)
{
    lq_stream *s = p->stream;
    lq_time now = p->now;
    size_t len = 1;

    (void)self;
    tried++;
    CLAIM_IS(lq_stream_recv(s, now, "<x/>", 4), LQ_E_BUSY);
    CLAIM_IS(lq_stream_tick(s, now), LQ_E_BUSY);
    CLAIM_IS(lq_stream_start(s, now), LQ_E_BUSY);
    CLAIM_IS(lq_stream_connected(s, now, LQ_TRANSPORT_TLS), LQ_E_BUSY);
    CLAIM_IS(lq_stream_unreachable(s, now, NULL), LQ_E_BUSY);
    CLAIM_IS(lq_stream_disconnected(s, now, 0), LQ_E_BUSY);
    CLAIM_IS(lq_stream_sent(s, now, 0), LQ_E_BUSY);
    CLAIM_IS(lq_stream_trust(s, now, 1, true), LQ_E_BUSY);
    CLAIM_IS(lq_stream_set_password(s, now, "x"), LQ_E_BUSY);
    CLAIM(lq_stream_output(s, &len) == NULL && len == 0);
    CLAIM(lq_stream_event(s) == NULL);
    lq_stream_free(s);
    CLAIM(lq_stream_state(s) == LQ_STATE_ONLINE);
}

START_TEST(what_would_change_the_stream_is_refused_inside)
{
    actor *a;

    begin(_i);
    tried = 0;
    a = attach(&module_a, 'a');
    if (a != NULL) {
        a->online = a->moves = a->due = try_everything;
        lq_module_wake(a, p->now + 1);
    }
    login();
    claim_talk("ona ");
    peer_send(p, MOVE);
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_wait(p, 1);
    peer_quiet(p);
    claim_talk("duea ");
    CLAIM(tried == 3);
    end();
}
END_TEST

static void do_much(actor *self)
{
    lq_stream *s = p->stream;

    ask(self, 0);
    lq_stream_send(s, lq_build_message(s, LQ_CHAT, "b@example.org"));
    lq_stream_emit(s, LQ_EVENT_USER, 1, 0, NULL, NULL);
    lq_stream_attach(s, &module_b);
    lq_module_wake(self, lq_stream_now(s) + 1);
}

START_TEST(what_a_module_is_for_is_allowed_inside)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    login();
    claim_talk("ona ");
    if (a != NULL) {
        a->moves = do_much;
    }
    peer_send(p, MOVE);
    peer_event(p, LQ_EVENT_USER);
    claim_talk("on? ");
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_expect(p, ASK);
    peer_expect(p, "<message type='chat'/>");
    peer_wait(p, 1);
    peer_quiet(p);
    claim_talk("duea ");
    end();
}
END_TEST

static void stop(actor *self)
{
    (void)self;
    CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_OK);
    CLAIM_IS(lq_stream_stop(p->stream, p->now), LQ_E_STATE);
}

static void expect_closed(void)
{
    CLAIM(lq_stream_state(p->stream) == LQ_STATE_CLOSING);
    peer_expect_text(p, THE_END);
    peer_send(p, THE_END);
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
}

START_TEST(stream_may_be_stopped_inside)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    login();
    claim_talk("ona ");
    if (a != NULL) {
        a->moves = stop;
        peer_send(p, MOVE);
        peer_event(p, LQ_EVENT_MESSAGE);
        expect_closed();
        claim_talk("offa ");
    }
    end();
}
END_TEST

START_TEST(stream_may_be_stopped_as_soon_as_it_is_online)
{
    actor *a;

    begin(_i);
    a = attach(&module_a, 'a');
    attach(&module_b, 'b');
    if (a != NULL) {
        a->online = stop;
        login();
        talk[0] = '\0';
        expect_closed();
        CLAIM(strstr(talk, "offa ") != NULL);
        talk[0] = '\0';
    }
    end();
}
END_TEST

static int no_memory(void *self, bool resumed)
{
    (void)self, (void)resumed;
    return LQ_E_NOMEM;
}

START_TEST(module_without_memory_ends_the_connection)
{
    static const lq_module poor = { .name = "poor",
                                    .size = 1,
                                    .online = no_memory };

    begin(_i);
    attach(&poor, '-');
    login();
    CLAIM(lq_stream_wish(p->stream) == LQ_WISH_CLOSE);
    peer_expect(p, "<stream:error/>");
    peer_expect_text(p, THE_END);
    peer_hang_up(p);
    CLAIM(peer_event(p, LQ_EVENT_OFFLINE)->error == LQ_E_MEMORY);
    end();
}
END_TEST

/* ---- what modules ask ---- */

START_TEST(own_is_who_we_are_and_nobody_else)
{
    static const struct {
        const char *jid;
        bool own;
    } rows[] = { { NULL, true },
                 { PEER_ACCOUNT, true },
                 { PEER_JID, true },
                 { "Romeo@EXAMPLE.net", true },
                 { "romeo@example.net/Orchard", false },
                 { "romeo@example.net/other", false },
                 { "example.net", false },
                 { "juliet@example.net", false },
                 { "romeo@example.net.evil.example", false },
                 { "", false } };

    begin(_i);
    login();
    for (size_t i = 0; i < LQ_COUNT(rows); i++) {
        CLAIM(lq_stream_is_own(p->stream, rows[i].jid) == rows[i].own);
    }
    end();
}
END_TEST

START_TEST(features_of_the_server_are_the_last_ones)
{
    begin(_i);
    CLAIM(lq_stream_server_feature(p->stream, "bind", NULL) == NULL);
    p->features = "<ver xmlns='urn:xmpp:features:rosterver'/>";
    login();
    CLAIM(lq_stream_server_feature(p->stream, "ver",
                                   "urn:xmpp:features:rosterver") != NULL);
    CLAIM(lq_stream_server_feature(p->stream, "mechanisms", NULL) == NULL);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        hooks_are_called_in_order_of_attachment,
        module_is_attached_once,
        module_that_does_not_begin_is_not_there,
        module_that_comes_late_is_online_at_once,
        module_may_bring_another,
        features_are_told_by_all_who_advertise_them,
        replies_go_to_the_module_and_are_no_events,
        module_is_woken_when_it_asked_to_be,
        module_is_not_woken_after_it_took_that_back,
        module_may_wake_itself_again,
        wall_clock_is_what_the_driver_says,
        what_would_change_the_stream_is_refused_inside,
        what_a_module_is_for_is_allowed_inside,
        stream_may_be_stopped_inside,
        stream_may_be_stopped_as_soon_as_it_is_online,
        module_without_memory_ends_the_connection,
        own_is_who_we_are_and_nobody_else,
        features_of_the_server_are_the_last_ones,
        NULL,
    };

    return suite_main_tortured("module", tests);
}
