/* channel.c - what names a TLS connection, so that a login can be tied to it.
 *
 * A man in the middle has two connections, and they are never named alike.
 * tls-exporter (RFC 9266) and tls-unique (RFC 5929, 3) come out of the
 * handshake; in TLS 1.2 only where its master secret hangs on the whole of it
 * (RFC 7627), since otherwise he can make two that end with the same secret.
 * tls-server-end-point (RFC 5929, 4) is a hash of the server's certificate: a
 * resumed session still knows whose it is. */
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "stream/tls.h"

enum { HASH_MAX = 64 };

/* ---- of the handshake ---- */

static bool channel_is_1_3(const lq_tls *tls)
{
    return gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_3;
}

static bool channel_is_named(const lq_tls *tls)
{
    return tls->established &&
           (channel_is_1_3(tls) ||
            gnutls_session_ext_master_secret_status(tls->session) != 0);
}

static int channel_name(const lq_tls *tls, gnutls_channel_binding_t type,
                        lq_buffer *out)
{
    gnutls_datum_t name = { NULL, 0 };
    int rv = gnutls_session_channel_binding(tls->session, type, &name);

    if (rv == GNUTLS_E_MEMORY_ERROR) {
        return LQ_E_NOMEM;
    }
    if (rv < 0 || name.size == 0) {
        gnutls_free(name.data);
        return LQ_E_STATE;
    }
    rv = lq_buffer_append(out, name.data, name.size);
    gnutls_free(name.data);
    return rv;
}

/* ---- of the server's end ---- */

/* The hash that CERTIFICATE was signed with, or SHA-256 for the broken ones;
 * RFC 5929 knows none where the signature names no single hash. */
int lq_end_hash(gnutls_x509_crt_t certificate)
{
    int sign = gnutls_x509_crt_get_signature_algorithm(certificate);
    int hash = GNUTLS_DIG_UNKNOWN;

    if (sign > GNUTLS_SIGN_UNKNOWN && sign != GNUTLS_SIGN_EDDSA_ED25519 &&
        sign != GNUTLS_SIGN_EDDSA_ED448) {
        hash =
            (int)gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)sign);
    }
    return hash == GNUTLS_DIG_MD5 || hash == GNUTLS_DIG_SHA1 ? GNUTLS_DIG_SHA256
                                                             : hash;
}

static int end_hash_of(const gnutls_datum_t *der)
{
    gnutls_x509_crt_t certificate;
    int hash = GNUTLS_DIG_UNKNOWN;

    if (gnutls_x509_crt_init(&certificate) < 0) {
        return LQ_E_NOMEM;
    }
    if (gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) >= 0) {
        hash = lq_end_hash(certificate);
    }
    gnutls_x509_crt_deinit(certificate);
    return hash;
}

int lq_end_point(const gnutls_datum_t *certificate, int hash, lq_buffer *out)
{
    unsigned char digest[HASH_MAX];
    unsigned len;

    if (hash == LQ_HASH_UNSEEN) {
        hash = end_hash_of(certificate);
    }
    if (hash < 0) {
        return hash;
    }
    len = gnutls_hash_get_len((gnutls_digest_algorithm_t)hash);
    if (hash == GNUTLS_DIG_UNKNOWN || len == 0 || len > sizeof(digest) ||
        gnutls_hash_fast((gnutls_digest_algorithm_t)hash, certificate->data,
                         certificate->size, digest) < 0) {
        return LQ_E_STATE;
    }
    return lq_buffer_append(out, digest, len);
}

static int channel_end(const lq_tls *tls, lq_buffer *out)
{
    const gnutls_datum_t *certificate =
        tls->established ? gnutls_certificate_get_peers(tls->session, NULL)
                         : NULL;

    return certificate == NULL
               ? LQ_E_STATE
               : lq_end_point(certificate, tls->standing.hash, out);
}

/* ---- all of them ---- */

int lq_tls_binding(const lq_tls *tls, int type, lq_buffer *out)
{
    switch (type) {
    case LQ_BINDING_EXPORTER:
        return channel_is_named(tls)
                   ? channel_name(tls, GNUTLS_CB_TLS_EXPORTER, out)
                   : LQ_E_STATE;
    case LQ_BINDING_UNIQUE:
        return channel_is_named(tls) && !channel_is_1_3(tls)
                   ? channel_name(tls, GNUTLS_CB_TLS_UNIQUE, out)
                   : LQ_E_STATE;
    case LQ_BINDING_END_POINT:
        return channel_end(tls, out);
    default:
        return LQ_E_STATE;
    }
}

lq_bindings lq_tls_bindings(const lq_tls *tls)
{
    unsigned set = 0;

    if (channel_is_named(tls)) {
        set |= 1u << LQ_BINDING_EXPORTER;
        set |= channel_is_1_3(tls) ? 0 : 1u << LQ_BINDING_UNIQUE;
    }
    if (tls->established && tls->standing.hash != GNUTLS_DIG_UNKNOWN) {
        set |= 1u << LQ_BINDING_END_POINT;
    }
    return (lq_bindings)set;
}
