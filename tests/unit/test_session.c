/* test_session.c - a session that outlives its process: what is saved of it,
 * and what comes of that in another one (journal.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "peer.h"
#include "suite.h"

#define JULIET   "juliet@example.com"
#define NS_SM    "urn:xmpp:sm:3"
#define SM       "<sm xmlns='" NS_SM "'/>"
#define ENABLE   "<enable xmlns='" NS_SM "' resume='true'/>"
#define ENABLED  "<enabled xmlns='" NS_SM "' resume='true' id='sm-1'/>"
#define ASK      "<r xmlns='" NS_SM "'/>"
#define ACK(h)   "<a xmlns='" NS_SM "' h='" h "'/>"
#define SASL2    "urn:xmpp:sasl:2"
#define SASL     "urn:ietf:params:xml:ns:xmpp-sasl"
#define SAID(t)  "<message to='" JULIET "'><body>" t "</body></message>"
#define HEARD(t) "<message from='" JULIET "'><body>" t "</body></message>"

static peer *p;

/* What a program keeps. */
static char *store;
static size_t stored;

static void store_clear(void)
{
    free(store);
    store = NULL;
    stored = 0;
}

static bool store_put(int which, const void *bytes, size_t len)
{
    if (bytes == NULL) {
        return false;
    }
    if (which == LQ_SAVED_SESSION) {
        stored = 0;
    }
    store = realloc(store, stored + len + 1);
    memcpy(store + stored, bytes, len);
    stored += len;
    return true;
}

/* Take the SAVE that is due and store what it tells of. */
static void save(void)
{
    const lq_event *event = peer_event(p, LQ_EVENT_SAVE);
    int which = event == NULL ? 0 : event->id;
    size_t len;
    const void *bytes = lq_stream_save(p->stream, which, &len);

    CLAIM(bytes != NULL);
    if (store_put(which, bytes, len)) {
        CLAIM_IS(lq_stream_saved(p->stream, p->now, which), LQ_OK);
    }
}

static peer *process(int chunk, bool durable)
{
    lq_config *config;
    peer *made;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_set_durable(config, durable);
    CLAIM_IS(lq_config_set_saved(config, LQ_SAVED_SESSION, store, stored),
             LQ_OK);
    made = peer_new(config, chunk);
    made->features = SM;
    made->saving = true;
    lq_config_free(config);
    memory_spare(false);
    return made;
}

/* A process whose session is managed. */
static void first_process(int chunk, bool durable)
{
    store_clear();
    p = process(chunk, durable);
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    save();
}

/* It is killed; another one connects, and asks to resume with H. */
static void next_process(int chunk, bool durable, const char *h)
{
    peer_close(p);
    p = process(chunk, durable);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='" SASL "'><mechanism>PLAIN</mechanism>"
                   "</mechanisms>");
    peer_expect(p, "<auth xmlns='" SASL "'/>");
    peer_send(p, "<success xmlns='" SASL "'/>");
    peer_header(p, SM "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    {
        char resume[128];

        snprintf(resume, sizeof(resume),
                 "<resume xmlns='" NS_SM "' previd='sm-1' h='%s'/>", h);
        peer_expect(p, resume);
    }
}

static void resumed(const char *h)
{
    peer_sendf(p, "<resumed xmlns='" NS_SM "' previd='sm-1' h='%s'/>", h);
}

static lq_id say(const char *text)
{
    lq_builder *b = lq_build_message(p->stream, LQ_NORMAL, JULIET);

    lq_build_child(b, "body", NULL, text);
    return lq_stream_send(p->stream, b);
}

static void expect_fate(lq_id id, int fate)
{
    const lq_event *event = peer_event(p, LQ_EVENT_DELIVERY);

    CLAIM(event != NULL && event->id == id);
    CLAIM(event != NULL && lq_event_delivery(event) == fate);
}

static bool is_silent(void)
{
    char *text = peer_take(p);
    bool silent = text[0] == '\0';

    free(text);
    return silent;
}

static void end(void)
{
    peer_close(p);
    store_clear();
}

/* ---- what goes on ---- */

START_TEST(another_process_sends_what_was_not_acknowledged)
{
    lq_id one, two;

    first_process(_i, false);
    one = say("one");
    two = say("two");
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    peer_expect(p, ASK);
    save();
    next_process(_i, false, "0");
    resumed("1");
    expect_fate(one, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, SAID("two"));
    peer_expect(p, ASK);
    peer_send(p, ACK("2"));
    expect_fate(two, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

START_TEST(numbers_of_another_process_are_not_given_again)
{
    lq_id one;

    first_process(_i, false);
    one = say("one");
    save();
    next_process(_i, false, "0");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(say("two") > one);
    end();
}
END_TEST

START_TEST(what_was_handled_is_not_asked_for_again)
{
    first_process(_i, false);
    peer_send(p, HEARD("one") HEARD("two"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 1);
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 2);
    save();
    next_process(_i, false, "2");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_send(p, HEARD("three"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 3);
    end();
}
END_TEST

START_TEST(stanza_costs_its_own_size)
{
    const lq_event *event;
    size_t len, whole;

    first_process(_i, false);
    for (int i = 0; i < 50; i++) {
        say("much");
    }
    save();
    whole = stored;
    say("a little");
    event = peer_event(p, LQ_EVENT_SAVE);
    CLAIM(event != NULL && event->id == LQ_SAVED_RECORDS);
    CLAIM(lq_stream_save(p->stream, LQ_SAVED_RECORDS, &len) != NULL);
    CLAIM(len < 400 && len < whole / 10);
    end();
}
END_TEST

START_TEST(record_that_was_written_in_half_counts_as_none)
{
    lq_id one;

    first_process(_i, false);
    one = say("one");
    save();
    say("two");
    save();
    stored -= stored > 0; /* of the counters, behind the stanza */
    next_process(_i, false, "0");
    resumed("1");
    expect_fate(one, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_ONLINE);
    peer_quiet(p);
    end();
}
END_TEST

START_TEST(damage_is_refused_and_foreign_sessions_too)
{
    lq_config *config;

    first_process(_i, false);
    if (store == NULL) {
        end();
        return; /* there was no memory for it */
    }
    memory_spare(true); /* it is about bytes */
    config = lq_config_new("mercutio@example.net");
    CLAIM_IS(lq_config_set_saved(config, LQ_SAVED_SESSION, store, stored),
             LQ_E_ARGUMENT);
    lq_config_free(config);
    config = lq_config_new(PEER_JID);
    for (size_t i = 0; i < stored; i++) {
        store[i] ^= 1;
        lq_config_set_saved(config, LQ_SAVED_SESSION, store, stored);
        store[i] ^= 1;
    }
    CLAIM_IS(lq_config_set_saved(config, LQ_SAVED_SESSION, store, 10),
             LQ_E_ARGUMENT);
    CLAIM_IS(lq_config_set_saved(config, LQ_SAVED_RECORDS, store, stored),
             LQ_E_ARGUMENT);
    lq_config_free(config);
    memory_spare(false);
    end();
}
END_TEST

START_TEST(what_waited_for_a_session_waits_in_the_next_process)
{
    lq_id id;

    store_clear();
    p = process(_i, false);
    lq_stream_start(p->stream, p->now);
    id = say("early");
    save();
    peer_close(p);
    p = process(_i, false);
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_expect(p, SAID("early"));
    peer_send(p, ENABLED);
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    expect_fate(id, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

/* Memory may run out in the middle of what was saved. */
START_TEST(start_that_fails_puts_nothing_in_the_place_of_what_was_saved)
{
    size_t len;

    store_clear();
    p = process(_i, false);
    lq_stream_start(p->stream, p->now);
    say("early");
    save();
    peer_close(p);
    p = process(_i, false);
    if (lq_stream_start(p->stream, p->now) < 0) {
        ck_assert(lq_stream_save(p->stream, LQ_SAVED_SESSION, &len) == NULL);
    }
    CLAIM(lq_stream_save(p->stream, LQ_SAVED_SESSION, &len) != NULL);
    end();
}
END_TEST

/* A record as another version might write it, or an enemy. */
static void store_record(char tag, const void *value, size_t len)
{
    static const lq_hash_key nobody = { 0 };
    char bytes[512] = { tag, (char)len };
    uint64_t sum;

    memcpy(bytes + 5, value, len);
    sum = lq_hash(&nobody, bytes, 5 + len);
    for (int i = 0; i < 8; i++) {
        bytes[5 + len + (size_t)i] = (char)(sum >> 8 * i);
    }
    store_put(LQ_SAVED_RECORDS, bytes, 5 + len + 8);
}

START_TEST(fate_is_told_once_whatever_else_is_said_of_it)
{
    static const char ended[8] = { 9 }, unheld[4] = { 9 };
    static const char counters[20] = { [16] = 9 };
    static const char held[] = "\x09\0\0\0\0\0\0\0\0\0\0\0\0<message/>";

    first_process(_i, false);
    store_record('e', ended, sizeof(ended));
    store_record('u', unheld, sizeof(unheld));
    store_record('h', held, sizeof(held) - 1);
    store_record('o', held, sizeof(held) - 1);
    store_record('c', counters, sizeof(counters));
    store_record('e', ended, sizeof(ended));
    store_record('e', ended, sizeof(ended));
    next_process(_i, false, "0");
    expect_fate(9, LQ_DELIVERY_ACKED);
    resumed("1");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_quiet(p);
    end();
}
END_TEST

/* Counters of eight bytes, name, location, who we are, features. */
#define NOUGHT   "\0\0\0\0\0\0\0\0"
#define SEVEN    "\7\0\0\0\0\0\0\0"
#define ENORMOUS "\0\0\0\0\0\0\0\xff"
#define PAST(n)  n NOUGHT n NOUGHT "\0\0\0\0"
#define ODD(fields)                                                            \
    {                                                                          \
        fields "\0", sizeof(fields)                                            \
    }

static const struct odd_row {
    const char *bytes;
    size_t len;
} odd_rows[] = {
    ODD(PAST(SEVEN) "sm\xff\0\0" PEER_JID "\0"),
    ODD(PAST(SEVEN) "sm-1\0\0@\0"),
    ODD(PAST(SEVEN) "\0\0" PEER_JID "\0"),
    ODD(PAST(SEVEN) "sm-1\0\0" PEER_JID),
    ODD(PAST(ENORMOUS) "sm-1\0\0" PEER_JID "\0"),
    { "\7\0\0", 3 },
};

START_TEST(session_that_makes_no_sense_is_none)
{
    for (size_t i = 0; i < suite_rows(sizeof(odd_rows) / sizeof(odd_rows[0]));
         i++) {
        store_clear();
        store_put(LQ_SAVED_SESSION, "LQS1", 4);
        store_record('a', PEER_JID, strcspn(PEER_JID, "/"));
        store_record('s', odd_rows[i].bytes, odd_rows[i].len);
        store_record('c', SEVEN NOUGHT "\0\0\0", 20);
        p = process(_i, false);
        peer_login(p);
        peer_expect(p, ENABLE);
        end();
    }
}
END_TEST

START_TEST(who_is_there_is_asked_anew_by_another_process)
{
    first_process(_i, false);
    next_process(_i, false, "0");
    lq_presence_attach(p->stream);
    resumed("0");
    peer_expect(p, "<iq><query xmlns='jabber:iq:roster'/></iq>");
    peer_expect(p, "<presence type='unavailable'/>");
    peer_expect(p, "<presence/>");
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(!lq_event_resumed(&p->event));
    CLAIM(lq_stream_server_feature(p->stream, "sm", NS_SM) != NULL);
    CLAIM(strcmp(lq_stream_jid(p->stream), PEER_JID) == 0);
    end();
}
END_TEST

static bool tells(lq_id id, int fate)
{
    const lq_event *event = lq_stream_event(p->stream);

    return event != NULL && event->type == LQ_EVENT_DELIVERY &&
           event->id == id && lq_event_delivery(event) == fate;
}

static void save_now(int which)
{
    size_t len;
    const void *bytes = lq_stream_save(p->stream, which, &len);

    CLAIM(store_put(which, bytes, len));
}

/* It stores how far the server is before it hears of it. */
START_TEST(fate_that_was_stored_and_not_told_is_told_by_the_next_process)
{
    lq_id one, two;

    first_process(_i, false);
    one = say("one");
    two = say("two");
    save();
    peer_expect(p, SAID("one"));
    peer_expect(p, SAID("two"));
    peer_expect(p, ASK);
    lq_stream_recv(p->stream, p->now, ACK("2"), strlen(ACK("2")));
    CLAIM(tells(one, LQ_DELIVERY_ACKED));
    save_now(LQ_SAVED_RECORDS);
    CLAIM(tells(two, LQ_DELIVERY_ACKED));
    peer_close(p);

    p = process(_i, false);
    lq_stream_start(p->stream, p->now);
    CLAIM(tells(two, LQ_DELIVERY_ACKED));
    save_now(LQ_SAVED_SESSION);
    peer_close(p);

    p = process(_i, false);
    lq_stream_start(p->stream, p->now);
    CLAIM(!tells(two, LQ_DELIVERY_ACKED));
    end();
}
END_TEST

/* They are not told anew then. */
START_TEST(what_the_server_can_do_is_known_when_a_login_resumes)
{
    first_process(_i, false);
    peer_close(p);
    p = process(_i, false);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<authentication xmlns='" SASL2 "'><mechanism>PLAIN"
                   "</mechanism><inline>" SM "</inline></authentication>");
    peer_expect(p, "<authenticate xmlns='" SASL2 "'><resume xmlns='" NS_SM
                   "' previd='sm-1' h='0'/></authenticate>");
    peer_send(p, "<success xmlns='" SASL2
                 "'><authorization-identifier>" PEER_ACCOUNT
                 "</authorization-identifier><resumed xmlns='" NS_SM
                 "' previd='sm-1' h='0'/></success>");
    peer_event(p, LQ_EVENT_ONLINE);
    CLAIM(lq_stream_server_feature(p->stream, "sm", NS_SM) != NULL);
    CLAIM(lq_stream_server_feature(p->stream, "authentication", SASL2) == NULL);
    end();
}
END_TEST

/* ---- durable ---- */

START_TEST(nothing_leaves_before_it_is_stored)
{
    first_process(_i, true);
    say("careful");
    CLAIM(is_silent());
    save();
    peer_expect(p, SAID("careful"));
    end();
}
END_TEST

/* What is said before the server has agreed to manage the session, and stored
 * as a record, is said by the next process. */
START_TEST(what_is_said_before_the_session_is_managed_is_kept)
{
    lq_id id;

    store_clear();
    p = process(_i, true);
    peer_login(p);
    peer_expect(p, ENABLE);
    save_now(LQ_SAVED_SESSION);
    id = say("early");
    CLAIM(is_silent());
    save_now(LQ_SAVED_RECORDS);
    peer_close(p);
    p = process(_i, true);
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    save(); /* what waits for the session, and then the session */
    save();
    peer_expect(p, SAID("early"));
    peer_expect(p, ASK);
    peer_send(p, ACK("1"));
    expect_fate(id, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

/* Both may be given before either is stored. */
START_TEST(what_is_stored_tells_nothing_of_what_was_given_behind_it)
{
    size_t len;

    first_process(_i, true);
    CLAIM(lq_stream_save(p->stream, LQ_SAVED_SESSION, &len) != NULL);
    say("careful");
    CLAIM(lq_stream_save(p->stream, LQ_SAVED_RECORDS, &len) != NULL);
    lq_stream_saved(p->stream, p->now, LQ_SAVED_SESSION);
    CLAIM(is_silent());
    lq_stream_saved(p->stream, p->now, LQ_SAVED_RECORDS);
    peer_expect(p, SAID("careful"));
    say("careful too");
    CLAIM(lq_stream_save(p->stream, LQ_SAVED_SESSION, &len) != NULL);
    lq_stream_saved(p->stream, p->now, LQ_SAVED_RECORDS);
    peer_expect(p, ASK);
    CLAIM(is_silent());
    lq_stream_saved(p->stream, p->now, LQ_SAVED_SESSION);
    peer_expect(p, SAID("careful too"));
    end();
}
END_TEST

START_TEST(nothing_is_acknowledged_before_it_is_stored)
{
    first_process(_i, true);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_send(p, ASK);
    peer_expect(p, ACK("0"));
    save();
    peer_send(p, ASK);
    peer_expect(p, ACK("1"));
    end();
}
END_TEST

START_TEST(what_was_not_stored_comes_again_with_its_serial)
{
    first_process(_i, true);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 1);
    next_process(_i, true, "0");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 1);
    end();
}
END_TEST

/* Hears one, and answers it while the event is looked at. */
static void hear_and_answer(void)
{
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    say("answer");
}

START_TEST(answer_is_stored_with_what_it_answers)
{
    first_process(_i, true);
    hear_and_answer();
    save();
    next_process(_i, true, "1");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, SAID("answer"));
    end();
}
END_TEST

START_TEST(answer_that_was_stored_in_half_is_given_again)
{
    first_process(_i, true);
    hear_and_answer();
    save();
    stored -= stored > 0;
    next_process(_i, true, "0");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_quiet(p);
    hear_and_answer();
    CLAIM(is_silent());
    save();
    peer_expect(p, SAID("answer"));
    end();
}
END_TEST

/* Whoever was killed may have given numbers that are stored nowhere. */
START_TEST(no_number_is_given_to_two_stanzas)
{
    const int64_t then = INT64_C(1900000000000);
    int64_t first;

    store_clear();
    p = process(_i, true);
    lq_context_set_wallclock(p->context, then, p->now);
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    save();
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    first = lq_stream_serial(p->stream);
    CLAIM(first > then * 1024);
    next_process(_i, true, "0");
    lq_context_set_wallclock(p->context, then + 1, p->now);
    peer_send(p, "<failed xmlns='" NS_SM "'/>");
    peer_expect(p, "<iq type='set'><bind xmlns='urn:ietf:params:xml:ns:"
                   "xmpp-bind'/></iq>");
    peer_reply(p,
               "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" PEER_JID
               "</jid></bind>");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_expect(p, ENABLE);
    peer_send(p, ENABLED);
    peer_send(p, HEARD("two"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(lq_stream_serial(p->stream) > first);
    end();
}
END_TEST

START_TEST(what_this_process_has_is_not_told_twice)
{
    first_process(_i, true);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_lose(p);
    peer_event(p, LQ_EVENT_SAVE); /* and is not stored */
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='" SASL "'><mechanism>PLAIN</mechanism>"
                   "</mechanisms>");
    peer_expect(p, "<auth xmlns='" SASL "'/>");
    peer_send(p, "<success xmlns='" SASL "'/>");
    peer_header(p, SM "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    peer_expect(p, "<resume xmlns='" NS_SM "' previd='sm-1' h='0'/>");
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_send(p, HEARD("one") HEARD("two"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM(strstr(lq_element_text(lq_element_child(
                     lq_stanza_root(p->event.stanza), "body", NULL)),
                 "two") != NULL);
    CLAIM_IS(lq_stream_serial(p->stream), 2);
    end();
}
END_TEST

START_TEST(what_is_stored_while_we_resume_comes_again_all_the_same)
{
    first_process(_i, true);
    peer_send(p, HEARD("one"));
    peer_event(p, LQ_EVENT_MESSAGE);
    peer_lose(p);
    peer_event(p, LQ_EVENT_SAVE);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='" SASL "'><mechanism>PLAIN</mechanism>"
                   "</mechanisms>");
    peer_expect(p, "<auth xmlns='" SASL "'/>");
    peer_send(p, "<success xmlns='" SASL "'/>");
    peer_header(p, SM "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    peer_expect(p, "<resume xmlns='" NS_SM "' previd='sm-1' h='0'/>");
    save_now(LQ_SAVED_RECORDS);
    lq_stream_saved(p->stream, p->now, LQ_SAVED_RECORDS);
    resumed("0");
    peer_event(p, LQ_EVENT_ONLINE);
    peer_send(p, HEARD("one") HEARD("two"));
    peer_event(p, LQ_EVENT_MESSAGE);
    CLAIM_IS(lq_stream_serial(p->stream), 2);
    end();
}
END_TEST

/* It is not said to have arrived, either. */
START_TEST(what_is_not_stored_when_we_stop_does_not_leave)
{
    lq_id id;

    first_process(_i, true);
    id = say("careful");
    lq_stream_stop(p->stream, p->now);
    CLAIM(is_silent());
    peer_wait(p, 2001);
    peer_expect_text(p, "</stream:stream>");
    peer_hang_up(p);
    expect_fate(id, LQ_DELIVERY_FAILED);
    end();
}
END_TEST

START_TEST(stopping_waits_until_all_is_stored)
{
    lq_id id;

    first_process(_i, true);
    id = say("careful");
    lq_stream_stop(p->stream, p->now);
    CLAIM(is_silent());
    save();
    peer_expect(p, SAID("careful"));
    peer_expect_text(p, "</stream:stream>");
    peer_send(p, "</stream:stream>");
    expect_fate(id, LQ_DELIVERY_ACKED);
    end();
}
END_TEST

static void ask_in_vain(unsigned long n)
{
    static const char iq[] =
        "<iq type='get' id='q' from='" JULIET "'><nothing xmlns='urn:x'/></iq>";

    lq_stream_recv(p->stream, p->now, iq, strlen(iq));
    memory_fail(n, false);
    while (lq_stream_event(p->stream) != NULL) {
    }
}

/* Who asked is answered, by this session or the next one: what there was no
 * memory to answer comes again. */
START_TEST(what_there_was_no_memory_for_is_not_handled)
{
    bool failed = true;

    for (unsigned long n = 1; failed && n < 100; n++) {
        bool lost;

        first_process(_i, false);
        ask_in_vain(n);
        failed = memory_failed();
        memory_fail(0, false);
        lost = lq_stream_wish(p->stream) == LQ_WISH_CLOSE;
        if (!lost) {
            peer_expect(p, "<iq type='error' id='q'/>");
        }
        save_now(LQ_SAVED_RECORDS);
        next_process(_i, false, lost ? "0" : "1");
        end();
        store_clear();
    }
    CLAIM(!failed);
}
END_TEST

/* The server will not manage the session, so nothing is left to wait for. */
START_TEST(stopping_waits_no_longer_than_for_the_refusal)
{
    store_clear();
    p = process(_i, true);
    peer_login(p);
    peer_expect(p, ENABLE);
    say("early");
    lq_stream_stop(p->stream, p->now);
    CLAIM(is_silent());
    peer_send(p, "<failed xmlns='" NS_SM "'/>");
    peer_expect(p, SAID("early"));
    peer_expect_text(p, "</stream:stream>");
    end();
}
END_TEST

START_TEST(nothing_leaves_behind_the_closing_tag)
{
    lq_id id;

    store_clear();
    p = process(_i, true);
    peer_login(p);
    peer_expect(p, ENABLE);
    id = say("early");
    lq_stream_stop(p->stream, p->now);
    CLAIM(is_silent());
    peer_send(p, "<failed xmlns='" NS_SM "'/>");
    lq_stream_tick(p->stream, p->now + 2001); /* before it was taken */
    peer_expect_text(p, "</stream:stream>");
    peer_quiet(p);
    peer_hang_up(p);
    expect_fate(id, LQ_DELIVERY_FAILED);
    end();
}
END_TEST

/* ---- suspended ---- */

START_TEST(question_is_answered_while_it_is_suspended)
{
    const lq_event *event;
    lq_id id;

    first_process(_i, false);
    lq_stream_claim(p->stream, LQ_IQ, LQ_GET, "ask", "urn:x", NULL);
    peer_send(p, "<iq type='get' id='q' from='" JULIET
                 "'><ask xmlns='urn:x'/></iq>");
    event = peer_event(p, LQ_EVENT_QUERY);
    id = event == NULL ? 0 : event->id;
    lq_stream_suspend(p->stream, p->now);
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    CLAIM_IS(lq_stream_answer(p->stream, lq_build_answer(p->stream, id)),
             LQ_OK);
    save_now(LQ_SAVED_RECORDS);
    next_process(_i, false, "1");
    resumed("0");
    peer_expect(p, "<iq type='result' id='q' to='" JULIET "'/>");
    end();
}
END_TEST

/* It cannot be resumed: what has left is not sent once more. */
START_TEST(session_that_does_not_last_ends_when_it_is_suspended)
{
    lq_id id;

    store_clear();
    p = process(_i, false);
    peer_login(p);
    peer_expect(p, ENABLE);
    peer_send(p, "<enabled xmlns='" NS_SM "'/>");
    save();
    id = say("last words");
    peer_expect(p, SAID("last words"));
    lq_stream_suspend(p->stream, p->now);
    peer_hang_up(p);
    expect_fate(id, LQ_DELIVERY_UNKNOWN);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_login(p);
    peer_expect(p, ENABLE);
    CLAIM(is_silent());
    end();
}
END_TEST

START_TEST(suspended_session_is_handed_over)
{
    lq_id id;

    first_process(_i, false);
    id = say("last words");
    peer_expect(p, SAID("last words"));
    peer_expect(p, ASK);
    save();
    CLAIM_IS(lq_stream_suspend(p->stream, p->now), LQ_OK);
    CLAIM_IS(lq_stream_wish(p->stream), LQ_WISH_CLOSE);
    CLAIM(is_silent());
    save();
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    next_process(_i, false, "0");
    resumed("1");
    expect_fate(id, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_ONLINE);
    end();
}
END_TEST

START_TEST(suspended_session_is_resumed_by_start)
{
    lq_id id;

    first_process(_i, false);
    id = say("last words");
    peer_expect(p, SAID("last words"));
    peer_expect(p, ASK);
    save();
    lq_stream_suspend(p->stream, p->now);
    CLAIM_IS(lq_stream_suspend(p->stream, p->now), LQ_E_STATE);
    save();
    peer_hang_up(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    peer_event(p, LQ_EVENT_CLOSED);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='" SASL "'><mechanism>PLAIN</mechanism>"
                   "</mechanisms>");
    peer_expect(p, "<auth xmlns='" SASL "'/>");
    peer_send(p, "<success xmlns='" SASL "'/>");
    peer_header(p, SM "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    peer_expect(p, "<resume xmlns='" NS_SM "' previd='sm-1' h='0'/>");
    resumed("1");
    expect_fate(id, LQ_DELIVERY_ACKED);
    peer_event(p, LQ_EVENT_ONLINE);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        another_process_sends_what_was_not_acknowledged,
        numbers_of_another_process_are_not_given_again,
        what_was_handled_is_not_asked_for_again,
        stanza_costs_its_own_size,
        record_that_was_written_in_half_counts_as_none,
        damage_is_refused_and_foreign_sessions_too,
        fate_is_told_once_whatever_else_is_said_of_it,
        session_that_makes_no_sense_is_none,
        what_waited_for_a_session_waits_in_the_next_process,
        start_that_fails_puts_nothing_in_the_place_of_what_was_saved,
        who_is_there_is_asked_anew_by_another_process,
        what_the_server_can_do_is_known_when_a_login_resumes,
        fate_that_was_stored_and_not_told_is_told_by_the_next_process,
        nothing_leaves_before_it_is_stored,
        what_is_said_before_the_session_is_managed_is_kept,
        what_is_stored_tells_nothing_of_what_was_given_behind_it,
        nothing_is_acknowledged_before_it_is_stored,
        what_was_not_stored_comes_again_with_its_serial,
        answer_is_stored_with_what_it_answers,
        answer_that_was_stored_in_half_is_given_again,
        no_number_is_given_to_two_stanzas,
        what_this_process_has_is_not_told_twice,
        what_is_stored_while_we_resume_comes_again_all_the_same,
        what_is_not_stored_when_we_stop_does_not_leave,
        stopping_waits_until_all_is_stored,
        stopping_waits_no_longer_than_for_the_refusal,
        nothing_leaves_behind_the_closing_tag,
        question_is_answered_while_it_is_suspended,
        session_that_does_not_last_ends_when_it_is_suspended,
        suspended_session_is_handed_over,
        suspended_session_is_resumed_by_start,
        NULL,
    };

    const TTest *const hungry[] = {
        what_there_was_no_memory_for_is_not_handled,
        NULL,
    };

    suite_begin("session");
    suite_add_tortured("session", tests);
    suite_add_chunked("hungry", hungry); /* it tortures itself */
    return suite_end();
}
