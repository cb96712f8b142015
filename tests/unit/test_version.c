/* test_version.c - which software are you? */
#include <string.h>

#include "peer.h"
#include "suite.h"

#define ASK                                                                    \
    "<iq type='get' id='v1' from='juliet@example.com/balcony'>"                \
    "<query xmlns='jabber:iq:version'/></iq>"
#define REFUSED                                                                \
    "<iq type='error' id='v1'><error><service-unavailable"                     \
    " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
#define RESULT(inner)                                                          \
    "<iq type='result' id='v1' to='juliet@example.com/balcony'>"               \
    "<query xmlns='jabber:iq:version'>" inner "</query></iq>"

static peer *p;
static lq_version *version;

static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    version = lq_version_attach(p->stream);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

START_TEST(version_is_nobodys_business_without_a_name)
{
    begin(_i);
    peer_send(p, ASK);
    peer_expect(p, REFUSED);
    ck_assert_int_eq(lq_version_set(version, "Loquat", "1", "Debian"), LQ_OK);
    ck_assert_int_eq(lq_version_set(version, NULL, "1", "Debian"), LQ_OK);
    peer_send(p, ASK);
    peer_expect(p, REFUSED);
    end();
}
END_TEST

START_TEST(version_tells_what_it_was_told)
{
    begin(_i);
    ck_assert_int_eq(lq_version_set(version, "Loquat", "1.0", "Debian"), LQ_OK);
    peer_send(p, ASK);
    peer_expect(p, RESULT("<name>Loquat</name><version>1.0</version>"
                          "<os>Debian</os>"));
    ck_assert_int_eq(lq_version_set(version, "A & B", NULL, NULL), LQ_OK);
    peer_send(p, ASK);
    peer_expect(p, RESULT("<name>A &amp; B</name>"));
    ck_assert_ptr_null(strstr(peer_last(p), "<version"));
    ck_assert_ptr_null(strstr(peer_last(p), "<os"));
    end();
}
END_TEST

START_TEST(version_of_others_is_asked_and_read)
{
    const lq_event *event;
    lq_id id;

    begin(_i);
    id = lq_version_ask(version, "example.com");
    peer_expect(p, "<iq type='get' to='example.com'>"
                   "<query xmlns='jabber:iq:version'/></iq>");
    peer_reply(p, "<query xmlns='jabber:iq:version'><name>Prosody</name>"
                  "<version>0.12</version><os/></query>");
    event = peer_event(p, LQ_EVENT_REPLY);
    ck_assert_int_eq(event->id, id);
    ck_assert_str_eq(lq_version_name(event->stanza), "Prosody");
    ck_assert_str_eq(lq_version_number(event->stanza), "0.12");
    ck_assert_ptr_null(lq_version_system(event->stanza));
    ck_assert_ptr_null(lq_version_name(NULL));
    end();
}
END_TEST

START_TEST(version_is_set_whole_or_not_at_all)
{
    begin(_i);
    lq_version_set(version, "Old", "1", "A");
    for (unsigned long n = 1; n <= 3; n++) {
        memory_fail(n, false);
        ck_assert_int_eq(lq_version_set(version, "New", "2", "B"), LQ_E_NOMEM);
    }
    memory_fail(0, false);
    peer_send(p, ASK);
    peer_expect(p, RESULT("<name>Old</name><version>1</version><os>A</os>"));
    end();
}
END_TEST

static void life(peer *forgiving)
{
    p = forgiving;
    version = lq_version_attach(p->stream);
    if (version == NULL) {
        return;
    }
    lq_version_set(version, "Loquat", "1.0", "Debian");
    peer_login(p);
    peer_send(p, ASK);
    lq_version_ask(version, NULL);
    peer_quiet(p);
}

START_TEST(version_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        version_is_nobodys_business_without_a_name,
        version_tells_what_it_was_told,
        version_of_others_is_asked_and_read,
        version_is_set_whole_or_not_at_all,
        version_survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("version", tests);
}
