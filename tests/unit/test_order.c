/* test_order.c - what must not outlive, overtake or undercut what. */
#include <loquat/module.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "peer_xml.h"
#include "scram_server.h"
#include "suite.h"

#define CLOSE       "</stream:stream>"
#define QUESTION    "<iq type='get' id='q1' from='a@b/c'><q xmlns='urn:q'/></iq>"
#define MECHANISMS  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
#define OFFER(name) MECHANISMS "<mechanism>" name "</mechanism></mechanisms>"
#define STREAM_ERROR(condition)                                                \
    "<stream:error><" condition                                                \
    " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"

static peer *p;

/* A stream for PEER_JID without a password. */
static peer *peer_without_password(int chunk)
{
    lq_config *config;
    peer *opened;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    opened = peer_new(config, chunk);
    lq_config_free(config);
    memory_spare(false);
    return opened;
}

static lq_id say(const char *body)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, "a@b");

    lq_build_child(b, "body", NULL, body);
    return lq_stream_send(p->stream, b);
}

/* All events that wait, a letter each, into TEXT. */
static void take_events(char *text, size_t size)
{
    const lq_event *event;
    size_t len = 0;

    while ((event = lq_stream_event(p->stream)) != NULL) {
        static const char letters[] = "?NFCRDQcMPrT";
        bool known = event->type < (int)sizeof(letters) - 1;

        if (len + 1 < size) {
            text[len++] = known ? letters[event->type] : 'U';
        }
    }
    text[len] = '\0';
}

/* A login during which no event is taken. */
static void login_unseen(void)
{
    char id[128];
    char *sent;

    for (int i = 0; i < 20; i++) {
        if (lq_stream_wish(p->stream) == LQ_WISH_CONNECT) {
            break;
        }
        peer_wait(p, 60000);
    }
    lq_stream_connected(p->stream, p->now, LQ_TRANSPORT_SECURE);
    free(peer_take(p));
    peer_send(p, PEER_HEADER
              "<stream:features>" OFFER("PLAIN") "</stream:features>");
    free(peer_take(p));
    peer_send(p, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    sent = peer_take(p);
    peer_send(p, PEER_HEADER
              "<stream:features><bind "
              "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>");
    id[0] = '\0';
    if (strstr(sent, "<iq") != NULL) { /* not if memory was short */
        xml_attr(strstr(sent, "<iq"), "id", id, sizeof(id));
    }
    free(sent);
    peer_sendf(p,
               "<iq type='result' id='%s'><bind "
               "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" PEER_JID
               "</jid></bind></iq>",
               id);
}

/* ---- questions ---- */

START_TEST(question_dies_with_its_connection)
{
    const lq_event *event;
    lq_id question = 0;
    lq_builder *b;
    char *sent;

    p = peer_open(2);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "q", "urn:q", NULL);
    peer_send(p, QUESTION);
    peer_lose(p); /* it is still in the inbox */
    while ((event = lq_stream_event(p->stream)) != NULL) {
        question = event->type == LQ_EVENT_QUERY ? event->id : question;
    }
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    b = lq_build_answer(p->stream, question);
    lq_build_child(b, "secret", "urn:q", "42");
    CLAIM_IS(lq_stream_answer(p->stream, b), LQ_E_STATE);
    sent = peer_take(p);
    CLAIM(strstr(sent, "secret") == NULL);
    free(sent);
    peer_close(p);
}
END_TEST

START_TEST(questions_have_an_end)
{
    int refused = 0;

    p = peer_open(2);
    if (lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "q", "urn:q", NULL) > 0) {
        for (int i = 0; i < 110; i++) {
            char *sent;

            peer_send(p, QUESTION);
            while (lq_stream_event(p->stream) != NULL) {
            }
            sent = peer_take(p);
            refused += strstr(sent, "resource-constraint") != NULL;
            free(sent);
        }
        CLAIM_IS(refused, 10);
    }
    peer_close(p);
}
END_TEST

START_TEST(answer_that_memory_failed_can_be_made_again)
{
    lq_id question = 0;
    const lq_event *event;
    char *sent;

    if (memory_is_tortured()) {
        return; /* it is about just that */
    }
    p = peer_open(2);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "q", "urn:q", NULL);
    peer_send(p, QUESTION);
    while ((event = lq_stream_event(p->stream)) != NULL) {
        question = event->id;
    }
    for (unsigned long n = 1; n < 20; n++) {
        lq_builder *b = lq_build_answer(p->stream, question);
        int rv;

        memory_fail(n, true);
        rv = lq_stream_answer(p->stream, b);
        memory_fail(0, false);
        CLAIM(rv == LQ_OK || rv == LQ_E_NOMEM);
        if (rv == LQ_OK) {
            break;
        }
    }
    sent = peer_take(p);
    CLAIM(strstr(sent, "id='q1'") != NULL);
    free(sent);
    peer_close(p);
}
END_TEST

/* ---- passwords ---- */

START_TEST(password_taken_back_in_the_middle_is_asked_for)
{
    scram_server server;

    p = peer_begin(NULL, _i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, OFFER("SCRAM-SHA-256"));
    peer_expect(p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    if (scram_begin(&server, GNUTLS_MAC_SHA256, PEER_PASSWORD, peer_last(p))) {
        lq_stream_set_password(p->stream, p->now, NULL);
        peer_sendf(p,
                   "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s"
                   "</challenge>",
                   scram_first(&server, "xyz", SCRAM_SALT, "4096", ""));
        peer_expect_text(p, "</stream:stream>");
        peer_hang_up(p);
        peer_event(p, LQ_EVENT_OFFLINE);
        peer_connect(p, LQ_TRANSPORT_SECURE);
        peer_header(p, OFFER("SCRAM-SHA-256"));
        peer_event(p, LQ_EVENT_QUERY);
        lq_stream_set_password(p->stream, p->now, PEER_PASSWORD);
        peer_expect(p, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    }
    peer_close(p);
}
END_TEST

START_TEST(password_given_after_the_end_is_not_sent)
{
    char *sent;

    p = peer_without_password(_i);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, OFFER("PLAIN"));
    peer_event(p, LQ_EVENT_QUERY);
    lq_stream_stop(p->stream, p->now);
    lq_stream_set_password(p->stream, p->now, "hunter2");
    sent = peer_take(p);
    CLAIM(strstr(sent, "<auth") == NULL);
    free(sent);
    peer_wait(p, 2000);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_close(p);
}
END_TEST

/* ---- sessions ---- */

static int onlines, offlines;

static int count_online(void *self, bool resumed)
{
    (void)self, (void)resumed;
    onlines++;
    return LQ_OK;
}

static void count_offline(void *self)
{
    (void)self;
    offlines++;
}

static const lq_module counting = { .name = "counting",
                                    .size = 1,
                                    .online = count_online,
                                    .offline = count_offline };

START_TEST(session_that_nobody_saw_begins_nothing)
{
    char events[16];

    onlines = offlines = 0;
    p = peer_begin(NULL, 2);
    lq_stream_attach(p->stream, &counting);
    lq_stream_start(p->stream, p->now);
    login_unseen();
    peer_lose(p);
    login_unseen();
    take_events(events, sizeof(events));
    CLAIM(strcmp(events, "NFN") == 0);
    CLAIM(onlines == 1 && offlines == 0);
    peer_close(p);
}
END_TEST

static int stop_online(void *self, bool resumed)
{
    (void)resumed;
    lq_stream_stop(lq_module_stream(self), 1);
    return LQ_OK;
}

static const lq_module stopping = { .name = "stopping",
                                    .size = 1,
                                    .online = stop_online };

START_TEST(nothing_follows_our_closing_tag)
{
    const char *end;
    char *sent;

    p = peer_begin(NULL, 2);
    lq_stream_attach(p->stream, &stopping);
    lq_stream_start(p->stream, p->now);
    say("after the end");
    peer_login(p);
    sent = peer_take(p);
    end = strstr(sent, CLOSE);
    CLAIM(end != NULL && end[strlen(CLOSE)] == '\0');
    free(sent);
    peer_close(p);
}
END_TEST

START_TEST(closing_tag_that_was_not_written_is_not_answered)
{
    const lq_event *event;
    size_t len;

    p = peer_open(2);
    say("hello");
    lq_stream_output(p->stream, &len); /* shown, not written */
    lq_stream_stop(p->stream, p->now);
    peer_send(p, CLOSE);
    lq_stream_disconnected(p->stream, p->now, LQ_E_NET);
    event = peer_event(p, LQ_EVENT_DELIVERY);
    CLAIM(event != NULL && lq_event_delivery(event) == LQ_DELIVERY_UNKNOWN);
    peer_close(p);
}
END_TEST

START_TEST(stream_error_in_front_of_the_closing_tag_acknowledges_nothing)
{
    const lq_event *event;

    p = peer_open(_i);
    say("too large");
    lq_stream_stop(p->stream, p->now);
    peer_expect(p, "<message/>");
    peer_expect_text(p, CLOSE);
    peer_send(p, STREAM_ERROR("policy-violation") CLOSE);
    peer_hang_up(p);
    event = peer_event(p, LQ_EVENT_DELIVERY);
    CLAIM(event != NULL && lq_event_delivery(event) == LQ_DELIVERY_UNKNOWN);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM_IS(p->event.error, LQ_E_STREAM);
    peer_close(p);
}
END_TEST

START_TEST(stopping_while_encryption_is_asked_for_says_nothing_more)
{
    char *sent;

    p = peer_begin(NULL, _i);
    peer_connect(p, LQ_TRANSPORT_STARTTLS);
    peer_header(p, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    peer_expect(p, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    lq_stream_stop(p->stream, p->now);
    sent = peer_take(p);
    CLAIM(sent[0] == '\0');
    free(sent);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    CLAIM_IS(p->event.error, LQ_OK);
    peer_close(p);
}
END_TEST

START_TEST(closed_is_the_last_event)
{
    char events[16];
    size_t len;

    p = peer_begin(NULL, 2);
    if (lq_roster_attach(p->stream) != NULL && peer_login(p)) {
        lq_stream_output(p->stream, &len);
        peer_wait(p, 60001); /* the roster never comes */
        lq_stream_stop(p->stream, p->now);
        lq_stream_disconnected(p->stream, p->now, LQ_OK);
        take_events(events, sizeof(events));
        len = strlen(events);
        CLAIM(strchr(events, 'U') != NULL); /* LOADED, with an error */
        CLAIM(len > 0 && events[len - 1] == 'C');
    }
    peer_close(p);
}
END_TEST

START_TEST(offline_senders_still_get_their_roster)
{
    char *large = malloc(250001);
    char *sent;

    memset(large, 'x', 250000);
    large[250000] = '\0';
    p = peer_begin(NULL, 2);
    lq_presence_attach(p->stream);
    lq_stream_start(p->stream, p->now);
    while (say(large) > 0) {
    }
    peer_login(p);
    sent = peer_take(p);
    CLAIM(strstr(sent, "jabber:iq:roster") != NULL);
    CLAIM(strstr(sent, "<presence") != NULL);
    free(sent);
    free(large);
    peer_close(p);
}
END_TEST

START_TEST(large_stanza_of_ours_is_not_held_against_the_server)
{
    char *large = malloc(400001);
    char *sent;

    memset(large, 'x', 400000);
    large[400000] = '\0';
    p = peer_open(2);
    CLAIM(say(large) > 0);
    peer_send(p, QUESTION);
    while (lq_stream_event(p->stream) != NULL) {
    }
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_KEEP);
    sent = peer_take(p);
    CLAIM(strstr(sent, "service-unavailable") != NULL);
    free(sent);
    free(large);
    peer_close(p);
}
END_TEST

/* ---- redirects and forged ends ---- */

/* ---- modules ---- */

static int init_asks_and_fails(void *self, lq_stream *stream)
{
    lq_module_request(self, lq_build_iq(stream, LQ_GET, NULL), 0);
    return LQ_E_ARGUMENT;
}

static void reply_ignored(void *self, lq_id id, const lq_stanza *stanza,
                          int error)
{
    (void)self, (void)id, (void)stanza, (void)error;
}

static void clear_sends(void *self)
{
    lq_stream *stream = lq_module_stream(self);

    lq_stream_send(stream, lq_build_message(stream, LQ_CHAT, "a@b"));
}

static const lq_module hasty = { .name = "hasty",
                                 .size = 1,
                                 .init = init_asks_and_fails,
                                 .reply = reply_ignored };

static const lq_module late = { .name = "late",
                                .size = 1,
                                .clear = clear_sends };

START_TEST(module_that_failed_hears_no_reply)
{
    p = peer_open(2);
    CLAIM(lq_stream_attach(p->stream, &hasty) == NULL);
    peer_expect(p, "<iq type='get'/>");
    peer_reply(p, "");
    peer_quiet(p);
    peer_close(p);
}
END_TEST

START_TEST(fate_of_what_a_module_sends_is_nobodys_event)
{
    char events[16];

    p = peer_begin(NULL, 2);
    if (lq_presence_attach(p->stream) != NULL && peer_login(p)) {
        peer_expect(p, "<iq type='get'/>");
        peer_expect(p, "<presence/>");
        lq_stream_stop(p->stream, p->now);
        peer_expect_text(p, CLOSE);
        peer_send(p, CLOSE);
        peer_hang_up(p);
        take_events(events, sizeof(events));
        CLAIM(strchr(events, 'C') != NULL && strchr(events, 'D') == NULL);
    }
    peer_close(p);
}
END_TEST

START_TEST(module_that_is_cleared_sends_nothing)
{
    p = peer_open(2);
    lq_stream_attach(p->stream, &late);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        question_dies_with_its_connection,
        questions_have_an_end,
        answer_that_memory_failed_can_be_made_again,
        password_taken_back_in_the_middle_is_asked_for,
        password_given_after_the_end_is_not_sent,
        session_that_nobody_saw_begins_nothing,
        nothing_follows_our_closing_tag,
        closing_tag_that_was_not_written_is_not_answered,
        stream_error_in_front_of_the_closing_tag_acknowledges_nothing,
        stopping_while_encryption_is_asked_for_says_nothing_more,
        closed_is_the_last_event,
        offline_senders_still_get_their_roster,
        large_stanza_of_ours_is_not_held_against_the_server,
        module_that_failed_hears_no_reply,
        fate_of_what_a_module_sends_is_nobodys_event,
        module_that_is_cleared_sends_nothing,
        NULL,
    };

    return suite_main_tortured("order", tests);
}
