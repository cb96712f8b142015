/* test_message.c - messages read and written, and where they go. */
#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define JULIET  "juliet@example.com"
#define BALCONY JULIET "/balcony"
#define CHAMBER JULIET "/chamber"
#define FROM(from, attrs, inner)                                               \
    "<message from='" from "'" attrs ">" inner "</message>"
#define CHAT(from) FROM(from, " type='chat'", "<body>Ay me!</body>")

static peer *p;
static lq_messages *messages;

static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    messages = lq_messages_attach(p->stream);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

/* What arrives and surfaces; lives until the next event. */
static const lq_stanza *received(const char *xml)
{
    peer_send(p, xml);
    return peer_event(p, LQ_EVENT_MESSAGE)->stanza;
}

static void presence_received(const char *xml)
{
    peer_send(p, xml);
    peer_event(p, LQ_EVENT_PRESENCE);
}

static const char *target(const char *jid)
{
    return lq_messages_target(messages, jid);
}

/* ---- reading ---- */

static const struct {
    const char *lang;
    const char *body;
} readers[] = {
    { NULL, "ahoj" },     { "cs", "ahoj" },      { "en", "hello" },
    { "en-GB", "hello" }, { "de-AT", "servus" }, { "de", "servus" },
    { "fr", "ahoj" },
};

START_TEST(body_is_read_in_the_language_that_fits_best)
{
    const lq_stanza *m;

    begin(_i);
    m = received(FROM(BALCONY, " xml:lang='cs'",
                      "<body xml:lang='en'>hello</body><body>ahoj</body>"
                      "<body xml:lang='de-AT'>servus</body>"
                      "<subject>s</subject>"));
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        ck_assert_str_eq(lq_message_body(m, readers[i].lang), readers[i].body);
    }
    ck_assert_str_eq(lq_message_subject(m, "en"), "s");
    end();
}
END_TEST

START_TEST(bodies_are_read_in_document_order)
{
    const lq_stanza *m;
    const char *lang = "?";

    begin(_i);
    m = received(FROM(BALCONY, " xml:lang='cs'",
                      "<body xml:lang='en'>hello</body><x xmlns='y'/>"
                      "<body xmlns='other'>no</body><body>ahoj</body>"));
    ck_assert_str_eq(lq_message_body_at(m, 0, &lang), "hello");
    ck_assert_str_eq(lang, "en");
    ck_assert_str_eq(lq_message_body_at(m, 1, &lang), "ahoj");
    ck_assert_str_eq(lang, "cs");
    ck_assert_ptr_null(lq_message_body_at(m, 2, &lang));
    ck_assert_ptr_null(lang);
    ck_assert_ptr_null(lq_message_body_at(m, -1, NULL));
    end();
}
END_TEST

START_TEST(thread_and_its_parent_are_read)
{
    const lq_stanza *m;

    begin(_i);
    m = received(FROM(BALCONY, "", "<thread parent='t0'>t1</thread>"));
    ck_assert_str_eq(lq_message_thread(m), "t1");
    ck_assert_str_eq(lq_message_thread_parent(m), "t0");
    ck_assert_ptr_null(lq_message_body(m, NULL));
    ck_assert_ptr_null(lq_message_subject(m, NULL));
    m = received(FROM(BALCONY, "", "<body/>"));
    ck_assert_ptr_null(lq_message_thread(m));
    ck_assert_ptr_null(lq_message_thread_parent(m));
    ck_assert_str_eq(lq_message_body(m, NULL), "");
    end();
}
END_TEST

START_TEST(no_message_says_nothing)
{
    ck_assert_ptr_null(lq_message_body(NULL, "en"));
    ck_assert_ptr_null(lq_message_subject(NULL, NULL));
    ck_assert_ptr_null(lq_message_body_at(NULL, 0, NULL));
    ck_assert_ptr_null(lq_message_thread(NULL));
    ck_assert_ptr_null(lq_message_thread_parent(NULL));
}
END_TEST

START_TEST(errors_arrive_as_messages_of_type_error)
{
    const lq_stanza *m;

    begin(_i);
    m = received(FROM(JULIET, " type='error'",
                      "<body>Ay me!</body><error type='cancel'>"
                      "<service-unavailable"
                      " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                      "</error>"));
    ck_assert_int_eq(lq_stanza_type(m), LQ_ERROR);
    ck_assert_int_eq(lq_stanza_error(m), LQ_STANZA_SERVICE_UNAVAILABLE);
    end();
}
END_TEST

/* ---- writing ---- */

START_TEST(message_goes_to_the_bare_jid_at_first)
{
    begin(_i);
    ck_assert_int_gt(lq_messages_send(messages, JULIET, "<3 & \"more\""), 0);
    peer_expect(p, "<message type='chat' to='" JULIET "'>"
                   "<body>&lt;3 &amp; \"more\"</body></message>");
    end();
}
END_TEST

START_TEST(message_to_a_full_jid_goes_there)
{
    begin(_i);
    received(CHAT(BALCONY));
    lq_messages_send(messages, CHAMBER, "hush");
    peer_expect(p, "<message to='" CHAMBER "'><body>hush</body></message>");
    end();
}
END_TEST

START_TEST(message_is_completed_by_the_program)
{
    lq_builder *b;

    begin(_i);
    received(CHAT(BALCONY));
    b = lq_messages_build(messages, JULIET);
    lq_build_child(b, "body", NULL, "hush");
    lq_build_child(b, "thread", NULL, "t1");
    ck_assert_int_gt(lq_stream_send(p->stream, b), 0);
    peer_expect(p, "<message type='chat' to='" BALCONY "'>"
                   "<body>hush</body><thread>t1</thread></message>");
    end();
}
END_TEST

/* ---- locks ---- */

static const struct {
    const char *xml;
    bool locks;
} locking[] = {
    { CHAT(BALCONY), true },
    { FROM(BALCONY, "", "<body>.</body>"), true },
    { FROM(BALCONY, " type='normal'", "<body>.</body>"), true },
    { FROM(BALCONY, " type='what'", "<body>.</body>"), true },
    { FROM(BALCONY, " type='chat'", "<composing xmlns='x'/>"), false },
    { FROM(BALCONY, " type='headline'", "<body>.</body>"), false },
    { FROM(BALCONY, " type='groupchat'", "<body>.</body>"), false },
    { FROM(BALCONY, " type='error'", "<body>.</body><error/>"), false },
    { CHAT(JULIET), false },
    { FROM("@x/y", " type='chat'", "<body>.</body>"), false },
};

START_TEST(what_a_person_writes_from_a_resource_locks_on_it)
{
    for (size_t i = 0; i < sizeof(locking) / sizeof(locking[0]); i++) {
        begin(_i);
        received(locking[i].xml);
        ck_assert_str_eq(target(JULIET), locking[i].locks ? BALCONY : JULIET);
        end();
    }
}
END_TEST

START_TEST(lock_is_for_its_contact_however_written)
{
    begin(_i);
    received(CHAT("Juliet@Example.com/balcony"));
    ck_assert_str_eq(target("JULIET@example.com"),
                     "Juliet@Example.com/balcony");
    ck_assert_str_eq(target("nurse@example.com"), "nurse@example.com");
    ck_assert_str_eq(target(CHAMBER), CHAMBER);
    ck_assert_str_eq(target("@"), "@");
    end();
}
END_TEST

static const char *const unlocking[] = {
    "<presence from='" CHAMBER "'/>",
    "<presence from='" BALCONY "'/>",
    "<presence from='" BALCONY "' type='unavailable'/>",
    "<presence from='" CHAMBER "' type='unavailable'/>",
    "<presence from='" JULIET "' type='unavailable'/>",
};

START_TEST(presence_of_the_contact_unlocks)
{
    for (size_t i = 0; i < sizeof(unlocking) / sizeof(unlocking[0]); i++) {
        begin(_i);
        received(CHAT(BALCONY));
        presence_received(unlocking[i]);
        ck_assert_str_eq(target(JULIET), JULIET);
        end();
    }
}
END_TEST

START_TEST(presence_of_others_does_not_unlock)
{
    begin(_i);
    received(CHAT(BALCONY));
    presence_received("<presence from='nurse@example.com/balcony'/>");
    presence_received("<presence from='@'/>");
    presence_received("<presence type='error' from='" JULIET "'><error/>"
                      "</presence>");
    ck_assert_str_eq(target(JULIET), BALCONY);
    end();
}
END_TEST

START_TEST(another_resource_that_writes_unlocks_and_then_locks)
{
    begin(_i);
    received(CHAT(BALCONY));
    received(CHAT(BALCONY));
    ck_assert_str_eq(target(JULIET), BALCONY);
    received(CHAT(CHAMBER));
    ck_assert_str_eq(target(JULIET), JULIET);
    received(CHAT(CHAMBER));
    ck_assert_str_eq(target(JULIET), CHAMBER);
    end();
}
END_TEST

START_TEST(locks_work_beside_the_presence_module)
{
    begin(_i);
    lq_presence_attach(p->stream);
    received(CHAT(BALCONY));
    peer_send(p, "<presence from='" BALCONY "'/>");
    peer_event(p, LQ_EVENT_RESOURCE_CHANGED);
    ck_assert_str_eq(target(JULIET), JULIET);
    peer_close(p);
}
END_TEST

START_TEST(locks_are_forgotten_when_we_go_offline)
{
    begin(_i);
    received(CHAT(BALCONY));
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    ck_assert_str_eq(target(JULIET), JULIET);
    peer_login(p);
    ck_assert_str_eq(target(JULIET), JULIET);
    end();
}
END_TEST

START_TEST(target_lives_until_the_next_event)
{
    const char *to;

    begin(_i);
    received(CHAT(BALCONY));
    to = target(JULIET);
    peer_lose(p);
    ck_assert_str_eq(to, BALCONY);
    peer_close(p);
}
END_TEST

START_TEST(oldest_of_a_thousand_locks_makes_room)
{
    char xml[256];

    begin(2);
    received(CHAT(BALCONY));
    for (int i = 0; i < 1000; i++) {
        snprintf(xml, sizeof(xml),
                 "<message from='c%d@example.com/x'><body/></message>", i);
        received(xml);
    }
    ck_assert_str_eq(target(JULIET), JULIET);
    ck_assert_str_eq(target("c0@example.com"), "c0@example.com/x");
    ck_assert_str_eq(target("c999@example.com"), "c999@example.com/x");
    end();
}
END_TEST

/* ---- memory ---- */

static void life(peer *forgiving)
{
    p = forgiving;
    messages = lq_messages_attach(p->stream);
    if (messages == NULL) {
        return;
    }
    peer_login(p);
    peer_send(p, CHAT(BALCONY));
    peer_event(p, LQ_EVENT_MESSAGE);
    lq_messages_send(messages, "Juliet@example.com", "hush");
    peer_send(p, CHAT("Nurse@example.com/x"));
    peer_send(p, CHAT(CHAMBER));
    peer_send(p, "<presence from='nurse@example.com/x'/>");
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_quiet(p);
}

START_TEST(messages_survive_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        body_is_read_in_the_language_that_fits_best,
        bodies_are_read_in_document_order,
        thread_and_its_parent_are_read,
        no_message_says_nothing,
        errors_arrive_as_messages_of_type_error,
        message_goes_to_the_bare_jid_at_first,
        message_to_a_full_jid_goes_there,
        message_is_completed_by_the_program,
        what_a_person_writes_from_a_resource_locks_on_it,
        lock_is_for_its_contact_however_written,
        presence_of_the_contact_unlocks,
        presence_of_others_does_not_unlock,
        another_resource_that_writes_unlocks_and_then_locks,
        locks_work_beside_the_presence_module,
        locks_are_forgotten_when_we_go_offline,
        target_lives_until_the_next_event,
        oldest_of_a_thousand_locks_makes_room,
        messages_survive_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("message", tests);
}
