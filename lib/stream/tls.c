/* tls.c - see tls.h.
 *
 * GnuTLS reads from the bytes of the current call and writes into the
 * outbox's wire; it never sees a socket.  The certificate is verified inside
 * the handshake, before anything of ours leaves.  While the program is asked,
 * the handshake stands still.
 *
 * A session that was verified is resumed when the stream connects again.  Its
 * handshake looks at no certificate: there is none but the one that we kept,
 * and the domain and whom we trust are the same, too.  Only time has passed:
 * so it is resumed while the certificate has not expired and the verdict is
 * less than a day old.  What only the program vouched for is never resumed. */
#include "stream/tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"

enum { VERDICT_MS = 24 * 60 * 60 * 1000 };

enum { RECORD_MAX = 16384, FINGERPRINT_SIZE = 2 * 32 + 1, WHY_SIZE = 512 };

struct lq_resumption {
    gnutls_datum_t session;
    lq_time verified_at;
    int64_t verified_on;
    int64_t expires;
};

/* ---- GnuTLS's transport ---- */

static ssize_t tls_push(gnutls_transport_ptr_t self, const void *bytes,
                        size_t len)
{
    lq_tls *tls = self;

    if (lq_buffer_append(&tls->stream->outbox.wire, bytes, len) < 0) {
        gnutls_transport_set_errno(tls->session, ENOMEM);
        return -1;
    }
    tls->stream->changed = true;
    return (ssize_t)len;
}

static ssize_t tls_pull(gnutls_transport_ptr_t self, void *bytes, size_t len)
{
    lq_tls *tls = self;

    if (tls->in_len == 0) {
        gnutls_transport_set_errno(tls->session, EAGAIN);
        return -1;
    }
    if (len > tls->in_len) {
        len = tls->in_len;
    }
    memcpy(bytes, tls->in, len);
    tls->in += len;
    tls->in_len -= len;
    return (ssize_t)len;
}

/* GnuTLS honours an environment variable by itself unless there is one. */
static int tls_no_keylog(gnutls_session_t session, const char *label,
                         const gnutls_datum_t *secret)
{
    (void)session;
    (void)label;
    (void)secret;
    return 0;
}

/* ---- verification ---- */

static void tls_fingerprint(lq_tls *tls, char hex[FINGERPRINT_SIZE])
{
    const gnutls_datum_t *chain =
        gnutls_certificate_get_peers(tls->session, NULL);
    unsigned char digest[32];
    size_t size = sizeof(digest);

    hex[0] = '\0';
    if (chain == NULL ||
        gnutls_fingerprint(GNUTLS_DIG_SHA256, chain, digest, &size) < 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
}

/* "The certificate for DOMAIN was refused: ..." */
static void tls_why(lq_tls *tls, int rv, unsigned status, char why[WHY_SIZE])
{
    gnutls_datum_t text = { NULL, 0 };
    const char *reason = gnutls_strerror(rv);
    size_t len;

    if (rv >= 0 && gnutls_certificate_verification_status_print(
                       status, GNUTLS_CRT_X509, &text, 0) >= 0) {
        reason = (const char *)text.data;
    }
    snprintf(why, WHY_SIZE, "The certificate for %s was refused: %s",
             lq_stream_target_domain(tls->stream), reason);
    gnutls_free(text.data);
    len = strlen(why);
    if (len > 0 && why[len - 1] == ' ') { /* GnuTLS ends sentences so */
        why[len - 1] = '\0';
    }
}

/* What names it has and who signed it, in one line. */
static char *tls_describe(lq_tls *tls)
{
    const gnutls_datum_t *chain =
        gnutls_certificate_get_peers(tls->session, NULL);
    gnutls_datum_t line = { NULL, 0 };
    gnutls_x509_crt_t certificate;
    char *text = NULL;

    if (chain == NULL || gnutls_x509_crt_init(&certificate) < 0) {
        return NULL;
    }
    if (gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) >= 0 &&
        gnutls_x509_crt_print(certificate, GNUTLS_CRT_PRINT_ONELINE, &line) >=
            0) {
        text = lq_strndup((const char *)line.data, line.size);
        gnutls_free(line.data);
    }
    gnutls_x509_crt_deinit(certificate);
    return text;
}

static int tls_refuse(lq_tls *tls, const char *why)
{
    char *description = tls_describe(tls);

    lq_failure_set(&tls->stream->connection->failure,
                   &(lq_fault){ LQ_LAYER_TLS, LQ_E_TLS, "bad-certificate",
                                description, why, .final = true });
    lq_free(description);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

static int tls_ask(lq_tls *tls, const char *why)
{
    char fingerprint[FINGERPRINT_SIZE];

    tls_fingerprint(tls, fingerprint);
    if (lq_question_ask(tls->stream, LQ_QUESTION_CERTIFICATE, NULL, fingerprint,
                        why) < 0) {
        return tls_refuse(tls, why);
    }
    tls->asking = true;
    lq_timer_set(tls->stream, &tls->stream->timeout, LQ_NEVER);
    return GNUTLS_E_AGAIN;
}

/* When it was given, for those who resume this session. */
static void tls_note_verdict(lq_tls *tls)
{
    int64_t unix_ms = lq_stream_unix_ms(tls->stream);

    if (unix_ms != LQ_NEVER) {
        tls->verified_at = tls->stream->now;
        tls->verified_on = unix_ms / 1000;
        tls->expires = gnutls_certificate_expiration_time_peers(tls->session);
    }
}

/* 0; or GNUTLS_E_AGAIN while the program is asked; or an error. */
static int tls_verify(gnutls_session_t session)
{
    lq_tls *tls = gnutls_session_get_ptr(session);
    unsigned status = 0;
    char why[WHY_SIZE];
    int rv;

    if (tls->asking) {
        return GNUTLS_E_AGAIN;
    }
    tls->verified_at = LQ_NEVER;
    rv = gnutls_certificate_verify_peers3(
        session, lq_stream_target_domain(tls->stream), &status);
    if (rv >= 0 && status == 0) {
        tls->verified = true;
        tls_note_verdict(tls);
        return 0;
    }
    if (tls->answer == LQ_TRUSTED) {
        tls->verified = true;
        return 0;
    }
    tls_why(tls, rv, status, why);
    return tls->stream->config.ask_trust && tls->answer == LQ_UNDECIDED
               ? tls_ask(tls, why)
               : tls_refuse(tls, why);
}

/* ---- resuming ---- */

void lq_resumption_free(lq_resumption *resumption)
{
    if (resumption != NULL) {
        if (resumption->session.data != NULL) {
            lq_wipe(resumption->session.data, resumption->session.size);
            gnutls_free(resumption->session.data);
        }
        lq_free(resumption);
    }
}

void lq_tls_remember(lq_stream *stream)
{
    const lq_tls *tls = stream->outbox.tls;
    lq_resumption *kept;

    /* without a ticket GnuTLS would wait for one */
    if (tls == NULL || tls->verified_at == LQ_NEVER || !tls->established ||
        (gnutls_session_get_flags(tls->session) &
         GNUTLS_SFLAGS_SESSION_TICKET) == 0) {
        return;
    }
    kept = lq_calloc(1, sizeof(*kept));
    if (kept == NULL) {
        return; /* the next handshake will be a full one */
    }
    kept->verified_at = tls->verified_at;
    kept->verified_on = tls->verified_on;
    kept->expires = tls->expires;
    if (gnutls_session_get_data2(tls->session, &kept->session) < 0) {
        lq_free(kept);
        return;
    }
    lq_resumption_free(stream->resumption);
    stream->resumption = kept;
}

static bool past_is_recent(const lq_stream *stream, const lq_resumption *past)
{
    int64_t unix_ms = lq_stream_unix_ms(stream);
    int64_t age = unix_ms / 1000 - past->verified_on;

    return unix_ms != LQ_NEVER && unix_ms / 1000 < past->expires && age >= 0 &&
           age < VERDICT_MS / 1000 &&
           stream->now - past->verified_at < VERDICT_MS;
}

/* A ticket is used once: RFC 8446, C.4. */
static void tls_resume(lq_tls *tls)
{
    lq_stream *stream = tls->stream;
    lq_resumption *past = stream->resumption;

    stream->resumption = NULL;
    if (past != NULL && past_is_recent(stream, past) &&
        gnutls_session_set_data(tls->session, past->session.data,
                                past->session.size) == 0) {
        tls->verified_at = past->verified_at;
        tls->verified_on = past->verified_on;
        tls->expires = past->expires;
    }
    lq_resumption_free(past);
}

/* Whether the certificate was verified, now or when the session was new. */
static bool tls_is_verified(const lq_tls *tls)
{
    return tls->verified || (tls->verified_at != LQ_NEVER &&
                             gnutls_session_is_resumed(tls->session) != 0);
}

/* ---- a session ---- */

/* Most streams share the usual setting. */
static int tls_set_versions(lq_tls *tls)
{
    const lq_stream *stream = tls->stream;
    bool older = stream->known.older_tls;

    return older ? gnutls_priority_set_direct(
                       tls->session, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL)
                 : gnutls_priority_set(tls->session, stream->context->priority);
}

static int tls_settings(lq_tls *tls)
{
    lq_stream *stream = tls->stream;
    lq_context *context = stream->context;
    const char *name = lq_stream_target_domain(stream);
    const gnutls_datum_t alpn = { (unsigned char *)"xmpp-client", 11 };

    if (context->priority == NULL &&
        gnutls_priority_init(&context->priority,
                             "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:"
                             "-GROUP-ALL:+GROUP-X25519:+GROUP-ALL",
                             NULL) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    if (stream->trust == NULL &&
        lq_trust_get(context, &stream->config, &stream->trust) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    if (tls_set_versions(tls) < 0 ||
        gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
                               stream->trust->credentials) < 0 ||
        gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, name,
                               strlen(name)) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    if (stream->transport == LQ_TRANSPORT_TLS) { /* XEP-0368 */
        gnutls_alpn_set_protocols(tls->session, &alpn, 1, 0);
    }
    return GNUTLS_E_SUCCESS;
}

static lq_tls *tls_new(lq_stream *stream)
{
    lq_tls *tls = lq_calloc(1, sizeof(*tls));

    if (tls == NULL) {
        return NULL;
    }
    tls->stream = stream;
    tls->verified_at = LQ_NEVER;
    if (gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK) < 0) {
        lq_free(tls);
        return NULL;
    }
    gnutls_session_set_ptr(tls->session, tls);
    gnutls_transport_set_ptr(tls->session, tls);
    gnutls_transport_set_push_function(tls->session, tls_push);
    gnutls_transport_set_pull_function(tls->session, tls_pull);
    gnutls_session_set_keylog_function(tls->session, tls_no_keylog);
    gnutls_session_set_verify_function(tls->session, tls_verify);
    if (tls_settings(tls) < 0) {
        lq_tls_free(tls);
        return NULL;
    }
    tls_resume(tls);
    return tls;
}

void lq_tls_free(lq_tls *tls)
{
    if (tls != NULL) {
        gnutls_deinit(tls->session);
        lq_free(tls);
    }
}

static int tls_failed(lq_tls *tls, int rv, const char *message)
{
    const char *text = gnutls_strerror(rv);

    if (rv == GNUTLS_E_FATAL_ALERT_RECEIVED) {
        text = gnutls_alert_get_name(gnutls_alert_get(tls->session));
    }
    return lq_stream_fail(tls->stream,
                          &(lq_fault){ LQ_LAYER_TLS, LQ_E_TLS, NULL, text,
                                       message, .final = false });
}

static int tls_handshake(lq_tls *tls)
{
    int rv = gnutls_handshake(tls->session);

    if (rv == GNUTLS_E_SUCCESS && !tls_is_verified(tls)) {
        rv = GNUTLS_E_CERTIFICATE_ERROR;
    }
    if (rv == GNUTLS_E_SUCCESS) {
        tls->established = true;
        return lq_stream_open(tls->stream);
    }
    if (gnutls_error_is_fatal(rv) == 0) {
        return LQ_OK; /* it wants more bytes, or the program's answer */
    }
    gnutls_alert_send_appropriate(tls->session, rv);
    return tls_failed(tls, rv, "No encrypted connection could be agreed on.");
}

int lq_tls_start(lq_stream *stream)
{
    lq_tls *tls = tls_new(stream);

    if (tls == NULL) {
        return lq_stream_no_memory(stream);
    }
    stream->outbox.tls = tls;
    stream->outbox.hello = true;
    return tls_handshake(tls);
}

/* ---- bytes ---- */

/* Whether GnuTLS returned for nothing: it does after a session ticket, though
 * more bytes wait. */
static bool tls_goes_on(ssize_t n)
{
    return n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_REHANDSHAKE ||
           n == GNUTLS_E_WARNING_ALERT_RECEIVED || n == GNUTLS_E_AGAIN;
}

/* One record, if there is a whole one.  How many bytes it held; 0: none. */
static int tls_record(lq_tls *tls, char *scratch)
{
    lq_stream *stream = tls->stream;
    size_t before;
    ssize_t n;

    do {
        before = tls->in_len;
        n = gnutls_record_recv(tls->session, scratch, LQ_SCRATCH_SIZE);
    } while (tls_goes_on(n) && tls->in_len < before);
    if (tls_goes_on(n)) {
        return 0;
    }
    if (n < 0) {
        return tls_failed(tls, (int)n, "The encrypted connection broke.");
    }
    if (n == 0) {
        return lq_stream_fail(stream,
                              &(lq_fault){ LQ_LAYER_NET, LQ_E_NET, NULL, NULL,
                                           "The server closed the "
                                           "connection.",
                                           .final = false });
    }
    return (int)n;
}

int lq_tls_recv(lq_stream *stream, const char *bytes, size_t len)
{
    lq_tls *tls = stream->outbox.tls;
    char *scratch = lq_context_scratch(stream->context);
    int rv = LQ_OK;

    if (scratch == NULL) {
        return lq_stream_no_memory(stream);
    }
    tls->in = bytes;
    tls->in_len = len;
    if (!tls->established && !tls->asking) {
        rv = tls_handshake(tls);
    }
    while (rv >= 0 && tls->established && !stream->ending &&
           !lq_inbox_is_full(&stream->inbox)) {
        rv = tls_record(tls, scratch);
        if (rv == 0) {
            break;
        }
        if (rv > 0) {
            rv = lq_stream_input(stream, scratch, (size_t)rv);
        }
    }
    len -= tls->in_len;
    tls->in_len = 0;
    return rv < 0 ? rv : (int)len;
}

int lq_tls_answered(lq_stream *stream, bool trust)
{
    lq_tls *tls = stream->outbox.tls;

    if (tls == NULL || !tls->asking || stream->ending) {
        return LQ_OK;
    }
    tls->asking = false;
    tls->answer = trust ? LQ_TRUSTED : LQ_REFUSED;
    lq_stream_limit(stream);
    return tls_handshake(tls);
}

int lq_tls_encrypt(lq_tls *tls, lq_buffer *text)
{
    while (lq_buffer_len(text) > 0) {
        size_t len = lq_buffer_len(text);
        ssize_t n = gnutls_record_send(tls->session, lq_buffer_bytes(text),
                                       len < RECORD_MAX ? len : RECORD_MAX);

        if (n < 0) {
            return LQ_E_MEMORY; /* a transport in memory fails of nothing else
                                 */
        }
        lq_buffer_consume(text, (size_t)n);
    }
    return LQ_OK;
}

void lq_tls_bye(lq_tls *tls) { gnutls_bye(tls->session, GNUTLS_SHUT_WR); }

/* ---- ask ---- */

bool lq_tls_is_established(const lq_tls *tls) { return tls->established; }

bool lq_tls_is_asking(const lq_tls *tls) { return tls->asking; }

const char *lq_tls_protocol(const lq_tls *tls)
{
    return gnutls_protocol_get_name(gnutls_protocol_get_version(tls->session));
}

const char *lq_tls_cipher(const lq_tls *tls)
{
    return gnutls_cipher_get_name(gnutls_cipher_get(tls->session));
}

int lq_tls_version(const lq_tls *tls)
{
    switch (gnutls_protocol_get_version(tls->session)) {
    case GNUTLS_TLS1_3:
        return 0x0304;
    case GNUTLS_TLS1_2:
        return 0x0303;
    default:
        return 0;
    }
}

bool lq_tls_is_resumed(const lq_tls *tls)
{
    return gnutls_session_is_resumed(tls->session) != 0;
}
