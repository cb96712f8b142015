/* tls.h - TLS over memory, by GnuTLS; it verifies the account's domain. */
#ifndef LQ_TLS_H
#define LQ_TLS_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <loquat/base.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sasl/binding.h"
#include "stream/resumption.h"

enum { LQ_UNDECIDED = -1 }; /* beside LQ_TRUST_* */

typedef struct lq_tls {
    gnutls_session_t session;
    lq_stream *stream;
    bool established;
    bool asking;
    bool gave;          /* the server has our certificate */
    bool offered;       /* the stream's resumption; until there is an answer */
    bool begun;         /* the ClientHello has been made */
    bool early;         /* text has left before the handshake */
    signed char answer; /* the program's */
    int8_t transport;   /* LQ_TRANSPORT_* */
    lq_standing standing;
} lq_tls;

/* The transport is gone: keep what the next handshake needs to be short, if
 * there is anything. */
void lq_tls_remember(lq_stream *stream);

/* The session of the past that is offered, while there is no answer; else
 * NULL. */
const lq_resumption *lq_tls_past(const lq_tls *tls);

/* Whether it waits for the answer. */
bool lq_tls_is_resuming(const lq_tls *tls);

/* The one that the next handshake may offer, or NULL: not one that is under
 * way, since a ticket is used once; and drop it. */
const lq_resumption *lq_tls_kept(const lq_stream *stream);
void lq_tls_forget(lq_stream *stream);

/* Make a session, which knows whether there is one of the past to resume;
 * nothing leaves yet.  LQ_OK, or what lq_stream_fail() said. */
int lq_tls_prepare(lq_stream *stream);

/* Begin a handshake: the ClientHello goes to the outbox's wire.  lq_tls_prepare
 * is due if it was not called.  LQ_OK, or what lq_stream_fail() said. */
int lq_tls_start(lq_stream *stream);
void lq_tls_free(lq_tls *tls);

bool lq_tls_is_established(const lq_tls *tls);

/* Take received bytes, go on with the handshake or pass what they hold to
 * lq_stream_input().  How many were taken, or a fatal error. */
int lq_tls_recv(lq_stream *stream, const char *bytes, size_t len);

/* The question about the certificate was answered: LQ_TRUST_*. */
int lq_tls_answered(lq_stream *stream, int trust);

/* Whether it waits for that answer. */
bool lq_tls_is_asking(const lq_tls *tls);

/* Turn TEXT into records in the outbox's wire.  LQ_OK or a fatal error. */
int lq_tls_encrypt(lq_tls *tls, lq_buffer *text);

/* Append close_notify. */
void lq_tls_bye(lq_tls *tls);

/* "TLS1.3", "AES-256-GCM". */
const char *lq_tls_protocol(const lq_tls *tls);
const char *lq_tls_cipher(const lq_tls *tls);

/* As it stands on the wire: 0x0304 is TLS 1.3, 0x0303 is 1.2. */
int lq_tls_version(const lq_tls *tls);

/* Whether the session is an old one, resumed. */
bool lq_tls_is_resumed(const lq_tls *tls);

/* "new", "resumed", or "early" if it also heard what was said early. */
const char *lq_tls_session(const lq_tls *tls);

/* Whether the server asked for our certificate and was given it, now or when
 * the session was new. */
bool lq_tls_sent_certificate(const lq_tls *tls);

/* ---- early.c ---- */

/* How many bytes may be sent before the handshake: between lq_tls_prepare() and
 * lq_tls_start(), and if the session of the past allows it; else 0.  Then
 * lq_resumption_end_point(lq_tls_past(tls)) is known, too. */
size_t lq_tls_early_room(const lq_tls *tls);
bool lq_tls_can_early(const lq_tls *tls);

/* Send what waits in the outbox as text with the ClientHello; it counts as
 * sent.  LQ_OK; LQ_E_STATE if it cannot be, LQ_E_FULL if it is too long,
 * LQ_E_NOMEM: then the text is where it was. */
int lq_tls_early(lq_stream *stream);

/* After the handshake: whether the server has heard it.  If not, nobody has. */
bool lq_tls_early_accepted(const lq_tls *tls);

/* ---- keylog.c ---- */

/* GnuTLS's key log function. */
int lq_keylog(gnutls_session_t session, const char *label,
              const gnutls_datum_t *secret);

/* The session was resumed: GnuTLS tells the secret of TLS 1.2 only when it is
 * new. */
void lq_keylog_resumed(lq_tls *tls);

/* ---- channel.c ---- */

/* Append what ties a login to this connection: the channel binding of TYPE
 * (LQ_BINDING_*).  LQ_OK; LQ_E_STATE if this connection has none of that type;
 * LQ_E_NOMEM, LQ_E_FULL. */
int lq_tls_binding(const lq_tls *tls, int type, lq_buffer *out);

/* The types that it has. */
lq_bindings lq_tls_bindings(const lq_tls *tls);

/* The hash that CERTIFICATE is bound by, as lq_standing has it. */
int lq_end_hash(gnutls_x509_crt_t certificate);

/* Append the tls-server-end-point binding of CERTIFICATE (DER) and its HASH,
 * which may be LQ_HASH_UNSEEN. */
int lq_end_point(const gnutls_datum_t *certificate, int hash, lq_buffer *out);

#endif
