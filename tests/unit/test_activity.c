/* test_activity.c - whether somebody looks, XEP-0352. */
#include <loquat/module.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "suite.h"

#define CSI      "<csi xmlns='urn:xmpp:csi:0'/>"
#define ACTIVE   "<active xmlns='urn:xmpp:csi:0'/>"
#define INACTIVE "<inactive xmlns='urn:xmpp:csi:0'/>"

static peer *p;

static void begin(const char *features, int chunk_index)
{
    p = peer_begin(NULL, chunk_index);
    p->features = features;
}

static void set_active(bool active)
{
    CLAIM_IS(lq_stream_set_active(p->stream, p->now, active), LQ_OK);
}

START_TEST(server_is_told_when_it_changes)
{
    begin(CSI, _i);
    peer_login(p);
    set_active(true);
    peer_quiet(p); /* it thinks so anyway */
    set_active(false);
    peer_expect(p, INACTIVE);
    set_active(false);
    peer_quiet(p);
    set_active(true);
    peer_expect(p, ACTIVE);
    peer_quiet(p);
    peer_close(p);
}
END_TEST

START_TEST(server_that_does_not_want_to_know_is_not_told)
{
    begin("", _i);
    peer_login(p);
    set_active(false);
    peer_quiet(p);
    peer_close(p);
}
END_TEST

START_TEST(next_session_is_told_again)
{
    begin(CSI, _i);
    set_active(false);
    peer_login(p);
    peer_expect(p, INACTIVE);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    set_active(true);
    set_active(false);
    peer_login(p);
    peer_expect(p, INACTIVE);
    peer_quiet(p);
    peer_close(p);
}
END_TEST

static int quieten(void *self, bool resumed)
{
    (void)resumed;
    return lq_stream_set_active(lq_module_stream(self), LQ_NEVER, false);
}

static const lq_module quiet = { .name = "quiet",
                                 .size = 1,
                                 .online = quieten };

START_TEST(hook_may_say_so)
{
    begin(CSI, _i);
    lq_stream_attach(p->stream, &quiet);
    peer_login(p);
    peer_expect(p, INACTIVE);
    peer_quiet(p);
    peer_close(p);
}
END_TEST

static void scenario(peer *t)
{
    p = t;
    p->features = CSI;
    if (peer_login(p)) {
        lq_stream_set_active(p->stream, p->now, false);
        free(peer_take(p));
    }
}

START_TEST(survives_any_allocation_that_fails) { peer_torture(scenario); }
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        server_is_told_when_it_changes,
        server_that_does_not_want_to_know_is_not_told,
        next_session_is_told_again,
        hook_may_say_so,
        survives_any_allocation_that_fails,
        NULL,
    };

    return suite_main_chunked("activity", tests);
}
