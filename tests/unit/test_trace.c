/* test_trace.c - traffic for the eyes of a person, without the secrets. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "peer.h"
#include "suite.h"

static peer *p;

/* All that is traced and was not taken yet, "> " before what was sent and "< "
 * before what came. */
static char *traced(void)
{
    char *all = calloc(1, 65536);
    const lq_event *event;
    bool sent = false;

    while ((event = lq_stream_event(p->stream)) != NULL) {
        const char *text = lq_event_trace(event, &sent);

        if (text != NULL && strlen(all) + strlen(text) + 4 < 65536) {
            strcat(all, sent ? "> " : "< ");
            strcat(all, text);
            strcat(all, "\n");
        }
    }
    return all;
}

START_TEST(traffic_is_told_in_both_directions)
{
    char *all;

    p = peer_open(_i);
    lq_stream_trace(p->stream, true);
    peer_send(p, "<message from='a@b'><body>in</body></message>");
    lq_stream_send(p->stream, lq_build_message(p->stream, LQ_CHAT, "c@d"));
    all = traced();
    CLAIM(strstr(all, "< <message from='a@b'><body>in</body></message>\n"));
    CLAIM(strstr(all, "> <message id="));
    free(all);
    lq_stream_trace(p->stream, false);
    peer_send(p, "<message from='a@b'/>");
    all = traced();
    CLAIM(all[0] == '\0');
    free(all);
    peer_close(p);
}
END_TEST

START_TEST(secrets_are_masked)
{
    /* "\0romeo\0Wherefore" */
    static const char secret[] = "AHJvbWVvAFdoZXJlZm9yZQ==";
    char *all, *sent;

    p = peer_begin(NULL, 2);
    lq_stream_trace(p->stream, true);
    lq_stream_start(p->stream, p->now);
    lq_stream_connected(p->stream, p->now, LQ_TRANSPORT_SECURE);
    peer_send(p, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                 "xmlns:stream='http://etherx.jabber.org/streams' "
                 "version='1.0'><stream:features>"
                 "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                 "<mechanism>PLAIN</mechanism></mechanisms>"
                 "</stream:features>");
    sent = peer_take(p);
    CLAIM(strstr(sent, secret) != NULL);
    free(sent);
    peer_send(p, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                 "c2VjcmV0</success>");
    all = traced();
    CLAIM(strstr(all, secret) == NULL);
    CLAIM(strstr(all, "c2VjcmV0") == NULL);
    CLAIM(strstr(all, "mechanism='PLAIN'>***</auth>") != NULL);
    CLAIM(strstr(all, "***</success>") != NULL);
    CLAIM(strstr(all, "< <?xml version='1.0'?><stream:stream") != NULL);
    free(all);
    peer_close(p);
}
END_TEST

START_TEST(secrets_are_masked_whatever_their_prefix)
{
    char *all;

    p = peer_begin(NULL, 2);
    lq_stream_trace(p->stream, true);
    peer_connect(p, LQ_TRANSPORT_SECURE);
    peer_header(p, "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                   "<mechanism>SCRAM-SHA-1</mechanism></mechanisms>");
    peer_send(p, "<s:challenge xmlns:s='urn:ietf:params:xml:ns:xmpp-sasl'>"
                 "c2VjcmV0</s:challenge>");
    all = traced();
    CLAIM(strstr(all, "c2VjcmV0") == NULL);
    CLAIM(strstr(all, "mechanism='SCRAM-SHA-1'>***</auth>") != NULL);
    CLAIM(strstr(all, "***</s:challenge>") != NULL);
    free(all);
    peer_close(p);
}
END_TEST

START_TEST(secrets_are_masked_whatever_their_attributes)
{
    static const char *const attributes[] = { "a='/>'", "a='>'", "a='/'" };

    for (size_t i = 0; i < suite_rows(LQ_COUNT(attributes)); i++) {
        char *all;

        p = peer_begin(NULL, 2);
        lq_stream_trace(p->stream, true);
        peer_connect(p, LQ_TRANSPORT_SECURE);
        peer_header(p, "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                       "<mechanism>SCRAM-SHA-1</mechanism></mechanisms>");
        peer_sendf(p,
                   "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl' %s>"
                   "c2VjcmV0</challenge>",
                   attributes[i]);
        all = traced();
        CLAIM(strstr(all, "c2VjcmV0") == NULL);
        CLAIM(strstr(all, "***</challenge>") != NULL);
        free(all);
        peer_close(p);
    }
}
END_TEST

START_TEST(what_is_said_online_is_no_secret)
{
    char *all;

    p = peer_open(_i);
    lq_stream_trace(p->stream, true);
    peer_send(p, "<challenge xmlns='urn:x'>public</challenge>"
                 "</stream:stream>");
    all = traced();
    CLAIM(strstr(all, "<challenge xmlns='urn:x'>public</challenge>") != NULL);
    CLAIM(strstr(all, "< </stream:stream>") != NULL);
    free(all);
    peer_close(p);
}
END_TEST

START_TEST(other_events_are_no_traces)
{
    const lq_event *event;
    bool sent = true;

    p = peer_open(2);
    peer_send(p, "<message from='a@b'/>");
    event = lq_stream_event(p->stream);
    CLAIM(event != NULL);
    CLAIM(event != NULL && lq_event_trace(event, &sent) == NULL && sent);
    peer_close(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        traffic_is_told_in_both_directions,
        secrets_are_masked,
        secrets_are_masked_whatever_their_prefix,
        secrets_are_masked_whatever_their_attributes,
        what_is_said_online_is_no_secret,
        other_events_are_no_traces,
        NULL,
    };

    return suite_main_tortured("trace", tests);
}
