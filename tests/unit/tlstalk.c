/* tlstalk.c - see tlstalk.h. */
#include "tlstalk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "suite.h"

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"

tlstalk talk;

lq_config *talk_config(void)
{
    lq_config *config;

    memory_spare(true);
    config = lq_config_new(PEER_JID);
    lq_config_set_password(config, PEER_PASSWORD);
    lq_config_add_ca(config, tlspeer_ca(), strlen(tlspeer_ca()));
    memory_spare(false);
    return config;
}

void talk_set_clock(long seconds)
{
    lq_context_set_wallclock(
        talk.p->context, ((int64_t)time(NULL) + seconds) * 1000, talk.p->now);
}

void talk_begin(lq_config *config, int chunk_index)
{
    memory_spare(true);
    tlspeer_set_clock(0);
    talk = (tlstalk){ .p = peer_new(config, chunk_index) };
    lq_config_free(config);
    talk_set_clock(0);
    memory_spare(false);
}

void talk_end(void)
{
    tlspeer_end(&talk.tls);
    peer_close(talk.p);
}

void talk_connect(const certificate *c, const char *priority)
{
    peer_connect(talk.p, LQ_TRANSPORT_TLS);
    talk_serve(c, priority);
}

void talk_serve(const certificate *c, const char *priority)
{
    if (talk.early) {
        tlspeer_begin_early(&talk.tls, talk.p, c, priority);
    } else {
        tlspeer_begin_as(&talk.tls, talk.p, c, priority);
    }
    tlspeer_take_tickets(&talk.tls);
    if (talk.client_ca != NULL) {
        gnutls_x509_crt_t ca = talk.client_ca->crt;

        certificate_fine(
            gnutls_certificate_set_x509_trust(talk.tls.credentials, &ca, 1));
        gnutls_certificate_server_set_request(talk.tls.session,
                                              GNUTLS_CERT_REQUEST);
    }
    if (talk.prepare != NULL) {
        talk.prepare();
    }
}

lq_id talk_shake_hands(void)
{
    const lq_event *event;

    free(peer_take(talk.p));
    event = lq_stream_event(talk.p->stream);
    return event != NULL && lq_event_question(event) != 0 ? event->id : 0;
}

void talk_login(void)
{
    peer_header(talk.p, "<mechanisms xmlns='" NS_SASL
                        "'><mechanism>PLAIN</mechanism></mechanisms>");
    peer_expect(talk.p, "<auth xmlns='" NS_SASL "' mechanism='PLAIN'/>");
    peer_send(talk.p, "<success xmlns='" NS_SASL "'/>");
    peer_header(talk.p, "<bind xmlns='" NS_BIND "'/>");
    peer_expect(talk.p, "<iq type='set'><bind xmlns='" NS_BIND "'/></iq>");
    peer_reply(talk.p,
               "<bind xmlns='" NS_BIND "'><jid>" PEER_JID "</jid></bind>");
    peer_event(talk.p, LQ_EVENT_ONLINE);
}

void talk_lose(void)
{
    peer_lose(talk.p);
    tlspeer_end(&talk.tls);
    peer_event(talk.p, LQ_EVENT_OFFLINE);
}

void talk_once(const certificate *c, const char *priority, bool resumed)
{
    talk_connect(c, priority);
    talk_login();
    CLAIM(tlspeer_is_resumed(&talk.tls) == resumed);
    CLAIM(lq_tls_is_resumed(talk_ours()) == resumed);
    talk_lose();
}

void talk_says(const char *text, const char *word)
{
    ck_assert_msg((text != NULL && strstr(text, word) != NULL) ||
                      memory_is_tortured(),
                  "\"%s\" does not say \"%s\"", text, word);
}

void talk_expect_refusal(const char *reason)
{
    const lq_failure *failure;

    free(peer_take(talk.p));
    CLAIM(lq_stream_wish(talk.p->stream) == LQ_WISH_CLOSE);
    peer_hang_up(talk.p);
    CLAIM(peer_event(talk.p, LQ_EVENT_OFFLINE)->error == LQ_E_TLS);
    peer_event(talk.p, LQ_EVENT_CLOSED);
    failure = lq_stream_failure(talk.p->stream);
    CLAIM(lq_failure_layer(failure) == LQ_LAYER_TLS);
    CLAIM(strcmp(lq_failure_condition(failure), "bad-certificate") == 0);
    talk_says(lq_failure_message(failure), reason);
    CLAIM(talk.tls.heard == 0 && !talk.tls.established);
    tlspeer_end(&talk.tls);
}

lq_tls *talk_ours(void) { return talk.p->stream->outbox.tls; }
