/* test_carbons.c - copies of what our other clients say and hear, and what only
 * pretends to be one. */
#include <string.h>

#include "peer.h"
#include "suite.h"

#define NS_CARBONS "urn:xmpp:carbons:2"
#define ENABLE     "<enable xmlns='" NS_CARBONS "'/>"
#define ASK        "<iq type='set'>" ENABLE "</iq>"

#define BALCONY "juliet@example.com/balcony"
#define GARDEN  PEER_ACCOUNT "/garden"
#define OURS    " from='" PEER_ACCOUNT "'"

#define MESSAGE(attrs, inner) "<message" attrs ">" inner "</message>"
#define INNER(attrs, inner)                                                    \
    "<message xmlns='jabber:client'" attrs ">" inner "</message>"
#define FORWARDED(inner)                                                       \
    "<forwarded xmlns='urn:xmpp:forward:0'>" inner "</forwarded>"
#define RECEIVED(inner) "<received xmlns='" NS_CARBONS "'>" inner "</received>"
#define SENT(inner)     "<sent xmlns='" NS_CARBONS "'>" inner "</sent>"

#define HEARD                                                                  \
    INNER(" from='" BALCONY "' to='" GARDEN "' type='chat' id='m1'",           \
          "<body>What man art thou?</body><thread>t1</thread>")
#define SAID                                                                   \
    INNER(" from='" GARDEN "' to='" BALCONY "' type='chat'",                   \
          "<body>Neither, fair saint</body>")

static peer *p;
static lq_carbons *carbons;

/* ---- scenes ---- */

/* Attached while online; the server has been asked. */
static void begin_asked(int chunk_index)
{
    p = peer_open(chunk_index);
    carbons = lq_carbons_attach(p->stream);
    CLAIM(carbons != NULL);
    peer_expect(p, ASK);
}

static void begin(int chunk_index)
{
    begin_asked(chunk_index);
    peer_reply(p, "");
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* The copy that XML, all of it, is; NULL only when memory is short. */
static const lq_event *copy(const char *xml)
{
    peer_send(p, xml);
    return peer_event(p, LQ_EVENT_CARBON);
}

static void is_taken(const char *xml)
{
    const lq_event *event = copy(xml);

    CLAIM(event != NULL && lq_message_body(event->stanza, NULL) != NULL);
}

/* Nobody hears of XML, however little memory there is. */
static void is_dropped(const char *xml)
{
    const lq_event *event;

    peer_send(p, xml);
    while ((event = lq_stream_event(p->stream)) != NULL && carbons != NULL) {
        ck_assert_int_ne(event->type, LQ_EVENT_MESSAGE);
        ck_assert_int_ne(event->type, LQ_EVENT_CARBON);
    }
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- enabling ---- */

START_TEST(attached_while_online_it_asks_at_once)
{
    begin(_i);
    CLAIM(lq_carbons_attach(p->stream) == carbons);
    end();
}
END_TEST

START_TEST(each_new_session_is_asked_for)
{
    p = peer_begin(NULL, _i);
    carbons = lq_carbons_attach(p->stream);
    for (int i = 0; i < 2; i++) {
        peer_login(p);
        peer_expect(p, ASK);
        peer_reply(p, "");
        is_taken(MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))));
        peer_lose(p);
        peer_event(p, LQ_EVENT_OFFLINE);
    }
    end();
}
END_TEST

START_TEST(a_server_that_refuses_changes_nothing)
{
    begin_asked(_i);
    peer_refuse(p, "service-unavailable");
    peer_quiet(p);
    CLAIM(lq_stream_state(p->stream) == LQ_STATE_ONLINE);
    peer_send(p, MESSAGE(" from='" BALCONY "'", "<body>Ay me!</body>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

START_TEST(refused_once_it_is_asked_for_by_the_next_session)
{
    begin_asked(_i);
    peer_refuse(p, "forbidden");
    peer_quiet(p);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_login(p);
    peer_expect(p, ASK);
    peer_reply(p, "");
    is_taken(MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

START_TEST(copies_before_the_answer_are_taken)
{
    begin_asked(_i);
    is_taken(MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))));
    peer_reply(p, "");
    end();
}
END_TEST

/* ---- enabled while the resource is bound: XEP-0386 ---- */

#define SASL2(inlines)                                                         \
    "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism>"     \
    "<inline><bind xmlns='urn:xmpp:bind:0'>" inlines "</bind></inline>"        \
    "</authentication>"
#define AUTHENTICATE(inner)                                                    \
    "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'>"                 \
    "<bind xmlns='urn:xmpp:bind:0'>" inner "</bind></authenticate>"
#define OFFERED "<inline><feature var='" NS_CARBONS "'/></inline>"
#define SUCCESS                                                                \
    "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>" PEER_JID     \
    "</authorization-identifier><bound xmlns='urn:xmpp:bind:0'/></success>"    \
    "<stream:features/>"

/* Log in at a server with FEATURES, where we say REQUEST. */
static void begin_bind2(int chunk_index, const char *features,
                        const char *request)
{
    p = peer_begin(NULL, chunk_index);
    carbons = lq_carbons_attach(p->stream);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, features);
    peer_expect(p, request);
    peer_send(p, SUCCESS);
    peer_event(p, LQ_EVENT_ONLINE);
}

START_TEST(enabled_inline_it_is_not_asked_for_again)
{
    begin_bind2(_i, SASL2(OFFERED), AUTHENTICATE(ENABLE));
    peer_quiet(p);
    is_taken(MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))));
    is_dropped(
        MESSAGE(" from='mallory@example.com'", RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

START_TEST(not_offered_inline_it_is_asked_for_as_ever)
{
    begin_bind2(_i, SASL2(""), AUTHENTICATE(""));
    CLAIM(strstr(peer_last(p), NS_CARBONS) == NULL);
    peer_expect(p, ASK);
    peer_refuse(p, "service-unavailable");
    is_dropped(MESSAGE(OURS, RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

/* ---- copies ---- */

START_TEST(what_another_client_received_is_read_as_any_message)
{
    const lq_event *event;

    begin(_i);
    event = copy(MESSAGE(OURS " to='" PEER_JID "' type='chat'",
                         RECEIVED(FORWARDED(HEARD))));
    CLAIM(event != NULL && !lq_carbon_sent(event) && event->error == LQ_OK &&
          lq_carbon_delay(event) == LQ_NEVER &&
          lq_stanza_kind(event->stanza) == LQ_MESSAGE &&
          lq_stanza_type(event->stanza) == LQ_CHAT);
    CLAIM(same(lq_stanza_sender(event->stanza), BALCONY) &&
          same(lq_stanza_to(event->stanza), GARDEN) &&
          same(lq_stanza_id(event->stanza), "m1"));
    CLAIM(same(lq_message_body(event->stanza, NULL), "What man art thou?") &&
          same(lq_message_thread(event->stanza), "t1"));
    end();
}
END_TEST

START_TEST(what_another_client_sent_is_told_apart)
{
    const lq_event *event;

    begin(_i);
    event = copy(MESSAGE(OURS " type='chat'", SENT(FORWARDED(SAID))));
    CLAIM(event != NULL && lq_carbon_sent(event) &&
          same(lq_stanza_sender(event->stanza), GARDEN) &&
          same(lq_stanza_to(event->stanza), BALCONY));
    end();
}
END_TEST

START_TEST(errors_are_copied_too)
{
    const lq_event *event;

    begin(_i);
    event = copy(MESSAGE(
        OURS " type='error'",
        RECEIVED(FORWARDED(
            INNER(" from='" BALCONY "' type='error'",
                  "<error type='cancel'><gone"
                  " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")))));
    CLAIM(event != NULL && lq_stanza_error(event->stanza) == LQ_STANZA_GONE);
    is_dropped(MESSAGE(" from='" BALCONY "' type='error'",
                       RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

START_TEST(own_message_without_from_is_our_accounts)
{
    const lq_event *event;

    begin(_i);
    event = copy(MESSAGE(OURS, SENT(FORWARDED(INNER("", "<body>x</body>")))));
    CLAIM(event != NULL && lq_stanza_from(event->stanza) == NULL &&
          same(lq_stanza_sender(event->stanza), PEER_ACCOUNT));
    end();
}
END_TEST

START_TEST(copies_come_in_the_order_of_the_wire)
{
    begin(_i);
    peer_send(p, MESSAGE(" from='" BALCONY "'", "<body>1</body>")
                     MESSAGE(OURS, RECEIVED(FORWARDED(HEARD)))
                         MESSAGE(" from='" BALCONY "'", "<body>3</body>"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_event(p, LQ_EVENT_CARBON);
    peer_event(p, LQ_EVENT_MESSAGE);
    end();
}
END_TEST

START_TEST(a_copy_can_be_kept_when_all_else_has_gone)
{
    const lq_event *event;
    const lq_stanza *kept;

    begin(_i);
    event = copy(MESSAGE(OURS " xml:lang='cs'",
                         RECEIVED(FORWARDED(HEARD "<x xmlns='other'/>"))));
    kept = event == NULL ? NULL : lq_stanza_ref(event->stanza);
    is_taken(MESSAGE(OURS, SENT(FORWARDED(SAID)))); /* where it was parsed */
    end();
    CLAIM(same(lq_message_body(kept, NULL), "What man art thou?") &&
          same(lq_stanza_lang(kept), "cs") &&
          lq_element_next_node(lq_stanza_root(kept)) == NULL);
    lq_stanza_unref(kept);
}
END_TEST

/* XEP-0203 */
#define DELAYED(stamp)                                                         \
    MESSAGE(OURS, SENT(FORWARDED("<delay xmlns='urn:xmpp:delay' stamp='" stamp \
                                 "'/>" SAID)))

static const struct {
    const char *xml;
    int64_t delay;
} delays[] = {
    { DELAYED("2010-07-10T23:08:25Z"), INT64_C(1278803305000) },
    { DELAYED("2010-07-11T01:08:25.500+02:00"), INT64_C(1278803305500) },
    { MESSAGE(OURS, SENT(FORWARDED("<delay xmlns='urn:xmpp:delay'/>" SAID))),
      LQ_NEVER },
    { MESSAGE(OURS, SENT(FORWARDED("<delay xmlns='other'"
                                   " stamp='2010-07-10T23:08:25Z'/>" SAID))),
      LQ_NEVER },
};

START_TEST(delay_is_what_the_server_says)
{
    begin(_i);
    for (size_t i = 0; i < suite_rows(sizeof(delays) / sizeof(delays[0]));
         i++) {
        const lq_event *event = copy(delays[i].xml);

        CLAIM(event != NULL && lq_carbon_delay(event) == delays[i].delay);
    }
    end();
}
END_TEST

START_TEST(other_events_tell_nothing_of_copies)
{
    const lq_event *event;

    begin(_i);
    peer_send(p, MESSAGE(" from='" BALCONY "'", "<body>1</body>"));
    event = peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(event != NULL && !lq_carbon_sent(event) &&
          lq_carbon_delay(event) == LQ_NEVER);
    end();
}
END_TEST

/* ---- who may bring copies ---- */

static void all_are_dropped(const char *const *rows, size_t count)
{
    for (size_t i = 0; i < suite_rows(count); i++) {
        is_dropped(rows[i]);
    }
}

#define ALL_ARE_DROPPED(rows)                                                  \
    all_are_dropped(rows, sizeof(rows) / sizeof(rows[0]))
START_TEST(our_account_may_be_spelt_in_another_way)
{
    begin(_i);
    is_taken(MESSAGE(" from='Romeo@EXAMPLE.net'", RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

/* RFC 6120, 8.1.2.1 */
START_TEST(copy_without_from_is_our_accounts)
{
    begin(_i);
    is_taken(MESSAGE("", RECEIVED(FORWARDED(HEARD))));
    end();
}
END_TEST

/* ---- what a copy is ---- */

START_TEST(what_else_stands_in_a_copy_does_not_matter)
{
    static const char *const rows[] = {
        MESSAGE(OURS, RECEIVED("\n " FORWARDED(" " HEARD "\n") "\n")),
        MESSAGE(OURS, RECEIVED("<x xmlns='other'/>" FORWARDED(
                          "<y xmlns='other'/>" HEARD))),
        MESSAGE(OURS, "<private xmlns='" NS_CARBONS
                      "'/>" RECEIVED(FORWARDED(HEARD)) "<x xmlns='other'/>"),
    };

    begin(_i);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        is_taken(rows[i]);
    }
    end();
}
END_TEST

START_TEST(messages_of_rooms_are_not_copied)
{
    static const char *const rows[] = {
        MESSAGE(OURS " type='groupchat'",
                RECEIVED(FORWARDED(INNER(" from='room@example.com/x'"
                                         " type='groupchat'",
                                         "<body>x</body>")))),
        MESSAGE(OURS, SENT(FORWARDED(INNER(" to='room@example.com'"
                                           " type='groupchat'",
                                           "<body>x</body>")))),
    };

    begin(_i);
    ALL_ARE_DROPPED(rows);
    end();
}
END_TEST

START_TEST(messages_that_are_no_copies_surface)
{
    static const char *const rows[] = {
        MESSAGE(" from='" BALCONY "'", "<private xmlns='" NS_CARBONS "'/>"),
        MESSAGE(" from='" BALCONY "'", "<received xmlns='urn:xmpp:receipts'/>"),
        MESSAGE(" from='" BALCONY "'", FORWARDED(HEARD)),
        MESSAGE(" from='" PEER_JID "'", "<body>to myself</body>"),
    };

    begin(_i);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_send(p, rows[i]);
        peer_event(p, LQ_EVENT_MESSAGE);
    }
    end();
}
END_TEST

/* ---- sending without ---- */

START_TEST(private_messages_ask_for_no_copies)
{
    lq_builder *b;

    begin(_i);
    b = lq_build_message(p->stream, LQ_CHAT, BALCONY);
    lq_build_child(b, "body", NULL, "Tush!");
    lq_message_private(b);
    lq_stream_send(p->stream, b);
    peer_expect(p, "<message to='" BALCONY "' type='chat'><body>Tush!</body>"
                   "<private xmlns='" NS_CARBONS "'/>"
                   "<no-copy xmlns='urn:xmpp:hints'/></message>");
    lq_message_private(NULL);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        attached_while_online_it_asks_at_once,
        each_new_session_is_asked_for,
        a_server_that_refuses_changes_nothing,
        refused_once_it_is_asked_for_by_the_next_session,
        copies_before_the_answer_are_taken,
        enabled_inline_it_is_not_asked_for_again,
        not_offered_inline_it_is_asked_for_as_ever,
        what_another_client_received_is_read_as_any_message,
        what_another_client_sent_is_told_apart,
        errors_are_copied_too,
        own_message_without_from_is_our_accounts,
        copies_come_in_the_order_of_the_wire,
        a_copy_can_be_kept_when_all_else_has_gone,
        delay_is_what_the_server_says,
        other_events_tell_nothing_of_copies,
        our_account_may_be_spelt_in_another_way,
        copy_without_from_is_our_accounts,
        what_else_stands_in_a_copy_does_not_matter,
        messages_of_rooms_are_not_copied,
        messages_that_are_no_copies_surface,
        private_messages_ask_for_no_copies,
        NULL,
    };

    return suite_main_tortured("carbons", tests);
}
