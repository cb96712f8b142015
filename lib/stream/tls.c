/* tls.c - see tls.h.
 *
 * GnuTLS reads from the bytes of the current call and writes into the
 * outbox's wire; it never sees a socket.  Whether the server may be trusted is
 * decided inside the handshake (verify.c), before anything of ours leaves; or,
 * where a session is resumed, before it is offered. */
#include "stream/tls.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/literal.h"
#include "base/memory.h"
#include "stream/headstart.h"
#include "stream/stream.h"
#include "stream/verify.h"

/* A server that hangs up on who would resume is spared that. */
enum { HANGUPS_MAX = 2 };

enum { RECORD_MAX = 16384, RECORD_HEAD = 5 };

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
    lq_context *context = tls->stream->context;

    if (context->in_len == 0) {
        gnutls_transport_set_errno(tls->session, EAGAIN);
        return -1;
    }
    if (len > context->in_len) {
        len = context->in_len;
    }
    memcpy(bytes, context->in, len);
    context->in += len;
    context->in_len -= len;
    return (ssize_t)len;
}

/* ---- the past ---- */

void lq_tls_remember(lq_stream *stream)
{
    const lq_tls *tls = stream->outbox.tls;
    lq_resumption *kept = tls == NULL ? NULL : lq_resumption_new(tls);

    if (kept != NULL) { /* else the next handshake may be a full one */
        lq_resumption_free(stream->resumption);
        stream->resumption = kept;
        lq_saver_touch(stream);
    }
}

bool lq_tls_is_resuming(const lq_tls *tls)
{
    return tls->offered && !tls->established;
}

const lq_resumption *lq_tls_past(const lq_tls *tls)
{
    return tls->offered ? tls->stream->resumption : NULL;
}

/* A ticket is used once: RFC 8446, C.4. */
static void tls_forget(lq_stream *stream)
{
    lq_resumption_free(stream->resumption);
    stream->resumption = NULL;
}

const lq_resumption *lq_tls_kept(const lq_stream *stream)
{
    const lq_tls *tls = stream->outbox.tls;

    return tls != NULL && tls->offered ? NULL : stream->resumption;
}

void lq_tls_forget(lq_stream *stream)
{
    if (lq_tls_kept(stream) != NULL) { /* GnuTLS has what it needs */
        tls_forget(stream);
    }
}

static void tls_resume(lq_tls *tls)
{
    lq_stream *stream = tls->stream;
    lq_resumption *past = stream->resumption;

    tls->offered = past != NULL && stream->known.hangups < HANGUPS_MAX &&
                   lq_verify_past(stream, past) &&
                   gnutls_session_set_data(tls->session, past->bytes,
                                           past->session_len) == 0;
    if (!tls->offered) {
        tls_forget(stream);
    }
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

/* RFC 6066, 3: names only. */
static int tls_set_name(lq_tls *tls)
{
    const char *name = lq_stream_target_domain(tls->stream);
    unsigned char address[LQ_LITERAL_MAX];

    return lq_literal_bytes(name, address) > 0
               ? 0
               : gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, name,
                                        strlen(name));
}

static int tls_settings(lq_tls *tls)
{
    lq_stream *stream = tls->stream;
    lq_context *context = stream->context;
    const gnutls_datum_t alpn = { (unsigned char *)"xmpp-client", 11 };

    if (context->priority == NULL &&
        gnutls_priority_init(&context->priority,
                             "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:"
                             "-GROUP-ALL:+GROUP-X25519:+GROUP-ALL",
                             NULL) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    if (stream->trust == NULL &&
        lq_trust_get(context, &stream->config, &stream->trust, NULL) < 0) {
        return GNUTLS_E_MEMORY_ERROR;
    }
    assert(stream->trust != NULL);
    if (tls_set_versions(tls) < 0 ||
        gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
                               stream->trust->credentials) < 0 ||
        tls_set_name(tls) < 0) {
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
    tls->answer = LQ_UNDECIDED;
    tls->transport = (int8_t)stream->transport;
    /* Servers name authorities that sign servers, not people: our certificate
     * is given to whoever asks for one. */
    if (gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK |
                                       GNUTLS_FORCE_CLIENT_CERT) < 0) {
        lq_free(tls);
        return NULL;
    }
    gnutls_session_set_ptr(tls->session, tls);
    gnutls_transport_set_ptr(tls->session, tls);
    gnutls_transport_set_push_function(tls->session, tls_push);
    gnutls_transport_set_pull_function(tls->session, tls_pull);
    gnutls_session_set_keylog_function(tls->session, lq_keylog);
    gnutls_session_set_verify_function(tls->session, lq_verify_peer);
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
        if (tls->offered) {
            tls_forget(tls->stream);
        }
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

/* Trust may have been taken back since the session was offered. */
static bool past_still_stands(const lq_stream *stream, const lq_standing *s)
{
    const unsigned char *key = lq_trusted_key(stream);

    return s->basis != LQ_BASIS_KEY ||
           (key != NULL && memcmp(key, s->key, LQ_KEY_SIZE) == 0);
}

/* What the session of the past tells of this one. */
static void tls_recall(lq_tls *tls)
{
    const lq_resumption *past = lq_tls_past(tls);

    if (past != NULL && lq_tls_is_resumed(tls)) {
        tls->standing = past->standing;
        if (!past_still_stands(tls->stream, &past->standing)) {
            tls->standing.basis = LQ_BASIS_NONE;
        }
        tls->gave = past->gave;
        tls->stream->known.hangups = 0;
        lq_keylog_resumed(tls);
    } else {
        tls->gave =
            gnutls_certificate_client_get_request_status(tls->session) != 0 &&
            gnutls_certificate_get_ours(tls->session) != NULL;
    }
    if (tls->offered) {
        tls->offered = false;
        tls_forget(tls->stream);
    }
}

static int tls_handshake(lq_tls *tls)
{
    int rv = gnutls_handshake(tls->session);

    if (rv == GNUTLS_E_SUCCESS) {
        tls_recall(tls);
        if (tls->standing.basis == LQ_BASIS_NONE) {
            rv = GNUTLS_E_CERTIFICATE_ERROR;
        }
    }
    if (rv == GNUTLS_E_SUCCESS) {
        tls->established = true;
        return lq_headstart_secured(tls->stream);
    }
    if (gnutls_error_is_fatal(rv) == 0) {
        return LQ_OK; /* it wants more bytes, or the program's answer */
    }
    gnutls_alert_send_appropriate(tls->session, rv);
    return tls_failed(tls, rv, "No encrypted connection could be agreed on.");
}

int lq_tls_prepare(lq_stream *stream)
{
    lq_tls *tls = tls_new(stream);

    if (tls == NULL) {
        return lq_stream_no_memory(stream);
    }
    stream->outbox.tls = tls;
    return LQ_OK;
}

/* The ClientHello is the first record on the wire.  The server may answer it
 * while early data is still to follow. */
static uint32_t hello_len(const lq_outbox *outbox)
{
    const unsigned char *record =
        (const unsigned char *)lq_buffer_bytes(&outbox->wire);
    size_t before = lq_buffer_len(&outbox->block);

    return lq_buffer_len(&outbox->wire) < RECORD_HEAD
               ? 0
               : (uint32_t)before + RECORD_HEAD +
                     ((uint32_t)record[3] << 8 | record[4]);
}

int lq_tls_start(lq_stream *stream)
{
    int rv = stream->outbox.tls != NULL ? LQ_OK : lq_tls_prepare(stream);

    if (rv < 0) {
        return rv;
    }
    stream->outbox.tls->begun = true;
    rv = tls_handshake(stream->outbox.tls);
    stream->outbox.hello = hello_len(&stream->outbox);
    return rv;
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
    const lq_context *context = stream->context;
    size_t before;
    ssize_t n;

    do {
        before = context->in_len;
        n = gnutls_record_recv(tls->session, scratch, LQ_SCRATCH_SIZE);
    } while (tls_goes_on(n) && context->in_len < before);
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
    lq_context *context = stream->context;
    char *scratch = lq_context_scratch(context);
    int rv = LQ_OK;

    if (scratch == NULL) {
        return lq_stream_no_memory(stream);
    }
    context->in = bytes;
    context->in_len = len;
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
    len -= context->in_len;
    context->in_len = 0;
    return rv < 0 ? rv : (int)len;
}

int lq_tls_answered(lq_stream *stream, int trust)
{
    lq_tls *tls = stream->outbox.tls;

    if (tls == NULL || !tls->asking || stream->ending) {
        return LQ_OK;
    }
    tls->asking = false;
    tls->answer = (signed char)trust;
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

bool lq_tls_sent_certificate(const lq_tls *tls)
{
    return tls->established && tls->gave;
}

const char *lq_tls_session(const lq_tls *tls)
{
    if (lq_tls_early_accepted(tls)) {
        return "early";
    }
    return lq_tls_is_resumed(tls) ? "resumed" : "new";
}
