/* early.c - what is said before the handshake: TLS 1.3's early data.
 *
 * It can be replayed, so it holds nothing but what bears that, and whoever
 * wants it asks for it:
 *
 *     lq_tls_prepare(stream);
 *     if (lq_tls_can_early(stream->outbox.tls)) {
 *         lq_stream_write(stream, ...);
 *         lq_tls_early(stream);
 *     }
 *     lq_tls_start(stream);
 *
 * GnuTLS keeps the text and sends it behind the ClientHello.  The server was
 * judged before (verify.c), and only who has the secrets of the old session
 * can read it.  If the server does not take it, it was never said, and must be
 * said again. */
#include "stream/stream.h"

/* RFC 8446, 4.2.10: version, name and protocol must be those of the old
 * session; the protocol (ALPN) is told on direct TLS only.  What GnuTLS has for
 * a ticket that allows none is a number that no ticket names. */
size_t lq_tls_early_room(const lq_tls *tls)
{
    const lq_resumption *past = lq_tls_past(tls);
    size_t max;

    if (past == NULL || tls->begun || tls->early ||
        past->transport != tls->transport ||
        gnutls_protocol_get_version(tls->session) != GNUTLS_TLS1_3) {
        return 0;
    }
    max = gnutls_record_get_max_early_data_size(tls->session);
    return max < UINT32_MAX ? max : 0;
}

bool lq_tls_can_early(const lq_tls *tls) { return lq_tls_early_room(tls) > 0; }

int lq_tls_early(lq_stream *stream)
{
    lq_outbox *outbox = &stream->outbox;
    const size_t room = lq_tls_early_room(outbox->tls);
    const size_t len = lq_buffer_len(&outbox->text);

    if (room == 0) {
        return LQ_E_STATE;
    }
    if (len > room) {
        return LQ_E_FULL;
    }
    if (gnutls_record_send_early_data(
            outbox->tls->session, lq_buffer_bytes(&outbox->text), len) < 0) {
        return LQ_E_NOMEM;
    }
    outbox->tls->early = true;
    outbox->begun += len;
    lq_buffer_wipe(&outbox->text); /* it is a login, most likely */
    return LQ_OK;
}

bool lq_tls_early_accepted(const lq_tls *tls)
{
    return tls->established && tls->early &&
           (gnutls_session_get_flags(tls->session) &
            GNUTLS_SFLAGS_EARLY_DATA) != 0;
}
