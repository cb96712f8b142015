/* test_limits.c - what the server bears, XEP-0478. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "suite.h"

#define LIMITS(inner)                                                          \
    "<limits xmlns='urn:xmpp:stream-limits:0'>" inner "</limits>"
#define MAX(bytes)    "<max-bytes>" bytes "</max-bytes>"
#define IDLE(seconds) "<idle-seconds>" seconds "</idle-seconds>"

static peer *p;

static void begin(const char *features, int chunk_index)
{
    p = peer_begin(NULL, chunk_index);
    p->features = features;
}

/* A message of some more than SIZE bytes. */
static lq_id say(size_t size)
{
    lq_builder *b = lq_build_message(p->stream, LQ_CHAT, "a@example.org");
    char *text = calloc(size + 1, 1);

    memset(text, 'x', size);
    lq_build_child(b, "body", NULL, text);
    free(text);
    return lq_stream_send(p->stream, b);
}

START_TEST(larger_stanza_than_the_server_takes_is_not_sent)
{
    begin(LIMITS(MAX("12000")), _i);
    peer_login(p);
    CLAIM(lq_stream_max_bytes(p->stream) == 12000);
    CLAIM_IS(say(12000), LQ_E_LARGE);
    peer_quiet(p);
    CLAIM(say(11000) > 0);
    peer_expect(p, "<message type='chat'/>");
    peer_close(p);
}
END_TEST

START_TEST(what_waited_and_is_too_large_has_failed)
{
    lq_id id;

    begin(LIMITS(MAX("12000")), _i);
    lq_stream_start(p->stream, p->now);
    id = say(20000);
    CLAIM(id > 0);
    peer_login(p);
    peer_event(p, LQ_EVENT_DELIVERY);
    CLAIM_IS(p->event.id, id);
    CLAIM_IS(p->event.error, LQ_E_LARGE);
    CLAIM_IS(lq_event_delivery(&p->event), LQ_DELIVERY_FAILED);
    peer_quiet(p);
    peer_close(p);
}
END_TEST

START_TEST(limit_that_cannot_be_is_none)
{
    static const char *const rows[] = {
        "",
        LIMITS(""),
        LIMITS(MAX("0")),
        LIMITS(MAX("-5")),
        LIMITS(MAX("9999")), /* RFC 6120, 13.12 */
        LIMITS(MAX("many")),
        LIMITS(MAX("99999999999999999999")),
        "<limits xmlns='urn:other'><max-bytes>12000</max-bytes></limits>",
    };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(rows)); i++) {
        begin(rows[i], _i);
        peer_login(p);
        CLAIM(lq_stream_max_bytes(p->stream) == 0);
        CLAIM(say(20000) > 0);
        free(peer_take(p));
        peer_close(p);
    }
}
END_TEST

START_TEST(limit_is_of_the_session)
{
    begin(LIMITS(MAX("12000")), _i);
    peer_login(p);
    peer_lose(p);
    peer_event(p, LQ_EVENT_OFFLINE);
    CLAIM(lq_stream_max_bytes(p->stream) == 0);
    p->features = "";
    peer_login(p);
    CLAIM(lq_stream_max_bytes(p->stream) == 0);
    CLAIM(say(20000) > 0);
    free(peer_take(p));
    peer_close(p);
}
END_TEST

START_TEST(blank_comes_before_the_server_loses_patience)
{
    char *sent;

    begin(LIMITS(IDLE("40")), _i);
    peer_login(p);
    peer_wait(p, 19999);
    peer_quiet(p);
    peer_wait(p, 1);
    sent = peer_take(p);
    CLAIM(strcmp(sent, " ") == 0);
    free(sent);
    peer_close(p);
}
END_TEST

START_TEST(patient_server_changes_nothing)
{
    char *sent;

    begin(LIMITS(IDLE("86400")), _i);
    peer_login(p);
    peer_wait(p, 119999);
    peer_quiet(p);
    peer_wait(p, 1);
    sent = peer_take(p);
    CLAIM(strcmp(sent, " ") == 0);
    free(sent);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        larger_stanza_than_the_server_takes_is_not_sent,
        what_waited_and_is_too_large_has_failed,
        limit_that_cannot_be_is_none,
        limit_is_of_the_session,
        blank_comes_before_the_server_loses_patience,
        patient_server_changes_nothing,
        NULL,
    };

    return suite_main_tortured("limits", tests);
}
