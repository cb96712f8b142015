/* test_ping.c - pings, both ways. */
#include <string.h>

#include "peer.h"
#include "suite.h"

#define PING(type)                                                             \
    "<iq type='" type "' id='i1' from='juliet@example.com/balcony'>"           \
    "<ping xmlns='urn:xmpp:ping'/></iq>"

static peer *p;
static lq_ping *ping;

static void begin(int chunk_index)
{
    p = peer_open(chunk_index);
    ping = lq_ping_attach(p->stream);
}

static void end(void)
{
    peer_quiet(p);
    peer_close(p);
}

START_TEST(ping_is_answered_with_nothing)
{
    begin(_i);
    peer_send(p, PING("get"));
    peer_expect(p, "<iq type='result' id='i1'"
                   " to='juliet@example.com/balcony'/>");
    ck_assert_ptr_null(strstr(peer_last(p), "<ping"));
    end();
}
END_TEST

START_TEST(ping_is_no_set)
{
    begin(_i);
    peer_send(p, PING("set"));
    peer_expect(p,
                "<iq type='error' id='i1'><error><service-unavailable"
                " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    end();
}
END_TEST

START_TEST(ping_of_ours_ends_in_a_reply)
{
    const lq_event *event;
    lq_id id;

    begin(_i);
    id = lq_ping_send(ping, NULL);
    peer_expect(p, "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
    peer_reply(p, "");
    event = peer_event(p, LQ_EVENT_REPLY);
    ck_assert_int_eq(event->id, id);
    ck_assert_int_eq(event->error, LQ_OK);

    id = lq_ping_send(ping, "juliet@example.com/balcony");
    peer_expect(p, "<iq type='get' to='juliet@example.com/balcony'>"
                   "<ping xmlns='urn:xmpp:ping'/></iq>");
    peer_refuse(p, "service-unavailable");
    event = peer_event(p, LQ_EVENT_REPLY);
    ck_assert_int_eq(event->id, id);
    ck_assert_int_eq(event->error, LQ_E_STANZA);
    end();
}
END_TEST

static void life(peer *forgiving)
{
    p = forgiving;
    ping = lq_ping_attach(p->stream);
    if (ping == NULL) {
        return;
    }
    peer_login(p);
    peer_send(p, PING("get"));
    lq_ping_send(ping, NULL);
    peer_quiet(p);
}

START_TEST(ping_survives_any_allocation_that_fails)
{
    if (_i == 2) {
        peer_torture(life);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        ping_is_answered_with_nothing,
        ping_is_no_set,
        ping_of_ours_ends_in_a_reply,
        ping_survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("ping", tests);
}
